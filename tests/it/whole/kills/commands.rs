//! Commands that are killed: an import, which is begun again until its file is in, and a sync.

use std::time::Duration;

use entity::order;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};

use super::Trial;
use super::process::Process;

/// A file's rows: more than go into one transaction.
const ROWS: u64 = 1_050;
const BATCH: u64 = 1_000;

impl Trial {
    /// The same file again and again until it is in; each of its transactions is so wholly or not at all.
    pub(super) async fn kill_import(&mut self) {
        let time = self.up_to(self.import_time.mul_f64(1.3));
        let mut process = self.import();
        tokio::time::sleep(time).await;
        let ended = process.kill();
        self.wait_for_the_dead().await;
        let prefix = order::Column::ExternalId.starts_with(format!("file {}-", self.file));
        let orders = order::Entity::find().filter(prefix);
        let stored = orders
            .count(self.world.app.behind_its_back())
            .await
            .unwrap();
        assert!(
            [0, BATCH, ROWS].contains(&stored),
            "{stored} rows of a file"
        );
        if let Some(status) = ended {
            assert!(status.success() && stored == ROWS, "{status}");
            self.file += 1;
        } else {
            self.kills += 1;
        }
    }

    pub(super) fn import(&self) -> Process {
        let path = self.folder.path().join(format!("{}.csv", self.file));
        let head = ["external_id,native_status,placed_at,total,affiliate_code".to_owned()];
        let row = |row| {
            format!(
                "file {}-{row},complete,2020-01-01,{row},a{}",
                self.file,
                row % 7
            )
        };
        let rows: Vec<_> = head.into_iter().chain((0..ROWS).map(row)).collect();
        std::fs::write(&path, rows.join("\n")).unwrap();
        let arguments = format!("import orders {} --shop Tea", path.display());
        Process::start(&self.world.app.url(), &arguments)
    }

    pub(super) async fn kill_sync(&mut self) {
        self.import_some(20, "complete").await;
        let time = self.up_to(Duration::from_millis(150));
        let mut process = Process::start(&self.world.app.url(), "sync --shop Tea");
        tokio::time::sleep(time).await;
        match process.kill() {
            Some(status) => assert!(status.success(), "{status}"),
            None => self.kills += 1,
        }
        self.wait_for_the_dead().await;
    }
}
