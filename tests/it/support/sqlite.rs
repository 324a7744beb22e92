//! SQLite files for tests: migrated once, then copied, since migrating costs more than most tests do.

use std::fs;
use std::path::{Path, PathBuf};

use migration::Migrator;
use sea_orm::{ConnectionTrait, Database};
use sea_orm_migration::MigratorTrait;
use tokio::sync::OnceCell;

/// A migrated database as bytes: a file would stay behind, for nothing runs when the last test ends.
static TEMPLATE: OnceCell<Vec<u8>> = OnceCell::const_new();

/// A database in a folder of its own, which holds SQLite's side files too and goes with it.
pub struct File {
    folder: PathBuf,
}

impl File {
    pub async fn migrated() -> Self {
        let template = TEMPLATE.get_or_init(migrate).await;
        let file = Self::missing();
        fs::write(file.path(), template).unwrap();
        file
    }

    pub fn url(&self) -> String {
        format!("sqlite://{}", self.path().display())
    }

    fn missing() -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(super::unique_name());
        fs::create_dir_all(&folder).unwrap();
        Self { folder }
    }

    fn path(&self) -> PathBuf {
        self.folder.join("test.db")
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

async fn migrate() -> Vec<u8> {
    let file = File::missing();
    let connection = Database::connect(file.url() + "?mode=rwc").await.unwrap();
    // Migrating flushes the disk for every statement, and this file need not survive a crash.
    let lax = connection.execute_unprepared("PRAGMA synchronous = OFF");
    lax.await.unwrap();
    Migrator::up(&connection, None).await.unwrap();
    connection.close().await.unwrap();
    fs::read(file.path()).unwrap()
}
