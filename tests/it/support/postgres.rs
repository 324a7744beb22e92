//! PostgreSQL for tests: the server at `TEST_POSTGRES_URL`, else a cluster that this process starts, and in
//! it a database for each test.
//!
//! Where there is no server the tests fail: a test that is skipped is a test that nobody runs.

use std::env;
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use migration::Migrator;
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database as SeaDatabase, DatabaseConnection, DbBackend,
    QueryResult, Statement,
};
use sea_orm_migration::MigratorTrait;
use tokio::runtime;
use tokio::sync::OnceCell;

use crate::sharding;

static SERVER: OnceCell<Server> = OnceCell::const_new();

/// The database in our own cluster that the others are copies of, since migrating each takes as long again.
const TEMPLATE: &str = "cashable_template";

/// Who is logged in where a test itself reads or damages rows, since that need not follow the program's rules.
const TESTS: &str = "tests";

/// Where databases are made.
struct Server {
    url: String,
    /// Our own cluster, if it is that: it lives as long as this process holds its standard input.
    cluster: Option<Child>,
}

/// A database that is dropped with this.
pub struct Database {
    server: &'static Server,
    name: String,
}

impl Database {
    pub async fn migrated() -> Self {
        let server = SERVER.get_or_init(Server::find).await;
        let name = super::unique_name();
        if server.cluster.is_some() {
            server
                .run(&format!("CREATE DATABASE {name} TEMPLATE {TEMPLATE}"))
                .await;
        } else {
            // Nobody would remove a template from a server that outlives this process.
            server.make_migrated(&name).await;
        }
        Self { server, name }
    }

    pub fn url(&self) -> String {
        self.server.url_of(&self.name)
    }

    /// The same for what a test itself says to the database. Our own cluster knows it by another name then.
    pub fn url_of_test(&self) -> String {
        match self.server.cluster {
            Some(_) => self.url().replacen("postgres@", &format!("{TESTS}@"), 1),
            None => self.url(),
        }
    }

    /// What the program has executed here; nothing where the server is not our own.
    pub async fn statements(&self) -> Option<Vec<String>> {
        self.server.statements_in(&self.name).await
    }
}

impl Drop for Database {
    /// Looks first at what the program has executed, so that the test fails that made it break a rule. All this
    /// in a thread of its own, since dropping cannot wait for the test's runtime. Only a server that outlives
    /// this process is worth waiting for: the connections still open take PostgreSQL a tenth of a second.
    fn drop(&mut self) {
        let (server, name) = (self.server, self.name.clone());
        let (tell, told) = mpsc::channel();
        let dropping = thread::spawn(move || {
            let runtime = runtime::Builder::new_current_thread().enable_all().build();
            runtime.unwrap().block_on(async {
                let _ = tell.send(server.statements_in(&name).await);
                server.drop_database(&name).await;
            });
        });
        if server.cluster.is_none() {
            let _ = dropping.join();
        }
        let complaints = sharding::complaints(&told.recv().ok().flatten().unwrap_or_default());
        // A test that has failed already says why; a second panic would end the whole process.
        if !thread::panicking() {
            assert!(complaints.is_empty(), "{}", complaints.join("\n"));
        }
    }
}

impl Server {
    async fn find() -> Self {
        if let Ok(url) = env::var("TEST_POSTGRES_URL") {
            return Self { url, cluster: None };
        }
        let mut cluster = start_cluster();
        let server = Self {
            url: announced_url(&mut cluster),
            cluster: Some(cluster),
        };
        server.run("CREATE EXTENSION pg_stat_statements").await;
        server
            .run(&format!("CREATE ROLE {TESTS} SUPERUSER LOGIN"))
            .await;
        server.make_migrated(TEMPLATE).await;
        server
    }

    /// What the program executed in a database, constants and parameters alike as `$n`, each statement once;
    /// `None` where the server is not our own, which alone is known to keep it.
    async fn statements_in(&self, database: &str) -> Option<Vec<String>> {
        self.cluster.as_ref()?;
        let sql = format!(
            "SELECT query FROM pg_stat_statements JOIN pg_database ON pg_database.oid = dbid
            WHERE datname = '{database}' AND userid <> '{TESTS}'::regrole"
        );
        let connection = connect(self.url.clone()).await;
        let statement = Statement::from_string(DbBackend::Postgres, sql);
        let rows = connection.query_all_raw(statement).await.unwrap();
        connection.close().await.unwrap();
        let text = |row: &QueryResult| row.try_get_by_index(0).unwrap();
        Some(rows.iter().map(text).collect())
    }

    /// Drops a database; our own cluster forgets what was executed there, since it keeps only so much.
    async fn drop_database(&self, name: &str) {
        if self.cluster.is_some() {
            let forget = format!(
                "SELECT pg_stat_statements_reset(0, oid, 0) FROM pg_database WHERE datname = '{name}'"
            );
            self.run(&forget).await;
        }
        self.run(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
            .await;
    }

    async fn make_migrated(&self, name: &str) {
        self.run(&format!("CREATE DATABASE {name}")).await;
        let connection = connect(self.url_of(name)).await;
        Migrator::up(&connection, None).await.unwrap();
        connection.close().await.unwrap();
    }

    async fn run(&self, sql: &str) {
        let connection = connect(self.url.clone()).await;
        connection.execute_unprepared(sql).await.unwrap();
        connection.close().await.unwrap();
    }

    /// The server's URL with this database in the place of its own.
    fn url_of(&self, database: &str) -> String {
        let (address, query) = self
            .url
            .split_at(self.url.find('?').unwrap_or(self.url.len()));
        let host = address.find("://").map_or(0, |scheme| scheme + 3);
        let end = address[host..]
            .find('/')
            .map_or(address.len(), |slash| host + slash);
        format!("{}/{database}{query}", &address[..end])
    }
}

/// Tries for a while, as a loaded machine needs, but not for so long as to look stuck where no server is.
async fn connect(url: String) -> DatabaseConnection {
    let mut options = ConnectOptions::new(url);
    options.acquire_timeout(Duration::from_secs(10));
    let connection = SeaDatabase::connect(options).await;
    connection.expect("no answer from the tests' PostgreSQL; is TEST_POSTGRES_URL right?")
}

fn start_cluster() -> Child {
    Command::new("sh")
        .arg(super::repository("tests/postgres/cluster.sh"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        // Ctrl-C on a terminal reaches the tests alone; the cluster follows when their pipe closes.
        .process_group(0)
        .spawn()
        .unwrap()
}

/// The URL that the cluster prints once it is up; whatever it prints before that is why it is not.
fn announced_url(cluster: &mut Child) -> String {
    let mut said = Vec::new();
    for line in BufReader::new(cluster.stdout.take().unwrap()).lines() {
        let line = line.unwrap();
        if line.starts_with("postgres://") {
            return line;
        }
        said.push(line);
    }
    panic!("PostgreSQL did not start: {}", said.join("\n"));
}

#[test]
fn a_database_takes_the_place_of_the_servers_own() {
    let url_of_x = |url: &str| {
        let (url, cluster) = (url.to_owned(), None);
        Server { url, cluster }.url_of("x")
    };
    assert_eq!(
        url_of_x("postgres://u:p@h:5432/y"),
        "postgres://u:p@h:5432/x"
    );
    assert_eq!(
        url_of_x("postgres://h?host=/run/s"),
        "postgres://h/x?host=/run/s"
    );
}
