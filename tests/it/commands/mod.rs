//! The commands as their users run them: the real binary over a test's own database, judged by what it
//! prints, by its exit code, and by what is stored afterwards.

mod bad_files;
mod checks;
mod files;
mod identity;
mod imports;
mod limits;
mod server;
mod server_settings;
mod settings;
mod shops;
mod sources;
mod syncs;
mod tokens;

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use cashable::ledger::shop_id_of;
use entity::{affiliate, affiliate_transaction as transaction, order, status_change};
use sea_orm::{EntityTrait, PaginatorTrait};
use tempfile::TempDir;

use crate::support::TestApp;

/// A command line whose database is the test's, and a folder for its files.
struct Shell {
    url: String,
    folder: TempDir,
}

/// What a command left behind.
#[derive(Debug)]
struct Said {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Shell {
    fn over(app: &TestApp) -> Self {
        Self {
            url: app.url(),
            folder: TempDir::new().unwrap(),
        }
    }

    /// A shell, and the shop Tea: euros, Berlin, 10 percent.
    fn with_shop(app: &TestApp) -> Self {
        let shell = Self::over(app);
        shell.done("shop create --name Tea --currency EUR --time-zone Europe/Berlin --commission-rate 10 --sync on");
        shell
    }

    /// Runs a command, its arguments between spaces.
    fn run(&self, arguments: &str) -> Said {
        self.run_with(&[], arguments)
    }

    /// Runs a command with further settings in its environment, and nothing of ours.
    fn run_with(&self, settings: &[(&str, &str)], arguments: &str) -> Said {
        let output = Command::new(env!("CARGO_BIN_EXE_cashable"))
            .args(arguments.split(' '))
            .env_clear()
            .env("CASHABLE_DATABASE_URL", &self.url)
            .env("HOME", self.folder.path())
            .envs(settings.iter().copied())
            .current_dir(self.folder.path())
            .output()
            .unwrap();
        Said {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// What a command that must succeed prints.
    fn done(&self, arguments: &str) -> String {
        let said = self.run(arguments);
        assert_eq!(said.code, Some(0), "{arguments}: {said:?}");
        assert_eq!(said.err, "", "{arguments}");
        said.out
    }

    /// Why a command that must fail does.
    fn refused(&self, arguments: &str) -> String {
        let said = self.run(arguments);
        assert_eq!((said.code, said.out.as_str()), (Some(1), ""), "{said:?}");
        said.err
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, content).unwrap();
        path
    }

    /// Imports orders into Tea.
    fn orders(&self, content: impl AsRef<[u8]>) -> Said {
        self.write("orders.csv", content);
        self.run("import orders orders.csv --shop Tea")
    }
}

/// How many rows there are of what an import can make.
#[derive(Debug, Default, PartialEq, Eq)]
struct Stored {
    orders: u64,
    transactions: u64,
    affiliates: u64,
    changes: u64,
}

async fn stored(app: &TestApp) -> Stored {
    let db = app.behind_its_back();
    Stored {
        orders: order::Entity::find().count(db).await.unwrap(),
        transactions: transaction::Entity::find().count(db).await.unwrap(),
        affiliates: affiliate::Entity::find().count(db).await.unwrap(),
        changes: status_change::Entity::find().count(db).await.unwrap(),
    }
}

/// The orders of Tea by their external ids.
async fn orders(app: &TestApp) -> Vec<order::Model> {
    let mut orders = order::Entity::find()
        .all(app.behind_its_back())
        .await
        .unwrap();
    orders.sort_by(|a, b| a.external_id.cmp(&b.external_id));
    assert!(
        orders
            .iter()
            .all(|order| order.shop_id == shop_id_of("Tea"))
    );
    orders
}

/// The summary line of an import.
fn counts(created: u64, changed: u64, unchanged: u64, stale: u64, failed: u64) -> String {
    format!(
        "{created} created, {changed} changed, {unchanged} unchanged, {stale} stale, {failed} failed\n"
    )
}
