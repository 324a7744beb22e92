//! Where the measured databases lie: files in a folder, or a PostgreSQL cluster of our own. Both can be
//! copied, so that each side of a comparison begins with the same rows.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use cashable::app::App;
use cashable::clock::Clock;
use clap::ValueEnum;
use entity::Instant;
use sea_orm::{ConnectionTrait, Database, DbBackend, QueryResult, Statement};

use crate::outcome::Outcome;
use crate::processor_time;

/// A server as one would set it up: it survives a crash, and has memory to work with.
const SETTINGS: &str = "fsync = on
synchronous_commit = on
full_page_writes = on
shared_buffers = 512MB
max_wal_size = 8GB";

/// Which database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// SQLite.
    Sqlite,
    /// PostgreSQL.
    Postgres,
}

/// A place for databases by name.
pub struct Store {
    /// Which database.
    pub kind: Kind,
    folder: PathBuf,
    cluster: Option<Cluster>,
}

/// A PostgreSQL cluster that lives as long as this holds its standard input.
struct Cluster {
    _process: Child,
    url: String,
    /// The process that has started all others of it.
    head: u32,
}

impl Store {
    /// A place within this folder.
    pub fn open(kind: Kind, folder: &Path) -> Outcome<Self> {
        let folder = folder.to_owned();
        let cluster = match kind {
            Kind::Sqlite => None,
            Kind::Postgres => Some(Cluster::start(&folder)?),
        };
        Ok(Self {
            kind,
            folder,
            cluster,
        })
    }

    /// What people call the database.
    pub fn name(&self) -> &'static str {
        match self.kind {
            Kind::Sqlite => "SQLite",
            Kind::Postgres => "PostgreSQL",
        }
    }

    /// The URL of a database.
    pub fn url(&self, name: &str) -> String {
        match &self.cluster {
            None => format!("sqlite://{}", self.file(name).display()),
            Some(cluster) => cluster.url.replace("/postgres?", &format!("/{name}?")),
        }
    }

    /// How many seconds of the processors' time a database server has taken; none where there is no server.
    pub fn cpu_seconds(&self) -> Outcome<f64> {
        self.cluster
            .as_ref()
            .map_or(Ok(0.0), |cluster| processor_time::of_family(cluster.head))
    }

    /// The program over a database, at this moment.
    pub async fn app(&self, name: &str, now: Instant) -> Outcome<App> {
        Ok(App::open(&self.url(name), Clock::standing(now)).await?)
    }

    /// Makes an empty database.
    pub async fn make(&self, name: &str) -> Outcome<()> {
        self.remove(name).await?;
        if self.cluster.is_some() {
            self.administer(&format!("CREATE DATABASE {name}")).await?;
        }
        let app = App::new(
            cashable::database::Database::connect(&self.url(name)).await?,
            Clock::Machine,
        );
        app.migrate().await?;
        close(&app).await
    }

    /// Copies a database that nobody uses.
    pub async fn copy(&self, from: &str, to: &str) -> Outcome<()> {
        self.remove(to).await?;
        if self.cluster.is_some() {
            let copy = format!("CREATE DATABASE {to} TEMPLATE {from} STRATEGY FILE_COPY");
            self.administer(&copy).await?;
        } else {
            fs::copy(self.file(from), self.file(to))?;
        }
        // What has not reached the disk yet would be written while something is measured.
        Command::new("sync").status()?;
        Ok(())
    }

    /// Removes a database, if it is there.
    pub async fn remove(&self, name: &str) -> Outcome<()> {
        if self.cluster.is_some() {
            let drop = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
            return self.administer(&drop).await;
        }
        for suffix in ["", "-wal", "-shm"] {
            let file = self.folder.join(format!("{name}.sqlite{suffix}"));
            if file.exists() {
                fs::remove_file(file)?;
            }
        }
        Ok(())
    }

    /// Lets the database tidy up after a load, as it does by itself in time.
    pub async fn tidy(&self, name: &str) -> Outcome<()> {
        if self.cluster.is_none() {
            return Ok(());
        }
        let connection = Database::connect(self.url(name)).await?;
        connection.execute_unprepared("VACUUM ANALYZE").await?;
        connection.execute_unprepared("CHECKPOINT").await?;
        Ok(connection.close().await?)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.sqlite"))
    }

    async fn administer(&self, sql: &str) -> Outcome<()> {
        let connection = Database::connect(self.url("postgres")).await?;
        connection.execute_unprepared(sql).await?;
        Ok(connection.close().await?)
    }
}

impl Cluster {
    fn start(folder: &Path) -> Outcome<Self> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/postgres/cluster.sh");
        let mut process = Command::new("sh")
            .arg(script)
            .env("TMPDIR", folder)
            .env("POSTGRES_SETTINGS", SETTINGS)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // Ctrl-C reaches the driver alone; the cluster follows when its pipe closes.
            .process_group(0)
            .spawn()?;
        let said = process.stdout.take().ok_or("no word from the cluster")?;
        let mut heard = String::new();
        for line in BufReader::new(said).lines() {
            let line = line?;
            if line.starts_with("postgres://") {
                return Ok(Self {
                    _process: process,
                    head: head_of(&line)?,
                    url: line,
                });
            }
            heard.push_str(&line);
        }
        Err(format!("PostgreSQL did not start: {heard}").into())
    }
}

/// Which process a cluster's head is, as it has written down in the folder that its URL names.
fn head_of(url: &str) -> Outcome<u32> {
    let (_, home) = url.split_once("host=").ok_or("no folder of the cluster")?;
    let said = fs::read_to_string(Path::new(home).join("data/postmaster.pid"))?;
    Ok(said.lines().next().unwrap_or_default().trim().parse()?)
}

/// Lets go of a database.
pub async fn close(app: &App) -> Outcome<()> {
    app.database.reader().close_by_ref().await?;
    Ok(app.database.writer().close_by_ref().await?)
}

/// Rows of a statement that needs no values.
pub async fn query(db: &impl ConnectionTrait, sql: &str) -> Outcome<Vec<QueryResult>> {
    let backend: DbBackend = db.get_database_backend();
    Ok(db
        .query_all_raw(Statement::from_string(backend, sql))
        .await?)
}
