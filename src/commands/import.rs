//! `cashable import`: orders, affiliates and transactions from CSV or JSON Lines. What is wrong with a row
//! is told with its line, and the rest goes in.

use std::collections::HashSet;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use cashable::app::App;
use cashable::config::Config;
use cashable::domain::Invalid;
use cashable::domain::zone::parse_zone;
use cashable::error::{Error, Result};
use cashable::ledger::{
    self, Change, ImportAffiliates, ImportCounts, ImportOrders, ImportTransactions,
};
use cashable::sources::{self, FileError, Format, Mapping, Row};
use clap::{Args, ValueEnum};
use entity::shop;
use entity::words::StatusActor;

use super::{author, progress, require_shop};

/// How many rows go into one database transaction.
const BATCH: usize = 1_000;
/// The exit code where rows failed.
const SOME_FAILED: u8 = 2;

#[derive(Debug, Args)]
pub struct Import {
    /// What the file holds.
    #[arg(value_enum)]
    what: What,
    /// CSV (comma, semicolon or tab) or JSON Lines.
    file: PathBuf,
    /// Which shop.
    #[arg(long)]
    shop: String,
    /// A TOML file that says which columns and status words mean what.
    #[arg(long, value_name = "FILE.toml")]
    mapping: Option<PathBuf>,
    /// Where the orders come from; instead of the mapping's source, or `file`.
    #[arg(long)]
    source: Option<String>,
    /// Count what would happen, and change nothing.
    #[arg(long)]
    dry_run: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum What {
    Orders,
    Affiliates,
    Transactions,
}

/// What came of an import, with the line of each failure.
#[derive(Default)]
struct Report {
    counts: ImportCounts,
    failures: Vec<(u64, String, String)>,
}

impl Import {
    pub async fn run(&self, config: &Config) -> Result<ExitCode> {
        let app = config.open().await?;
        let shop = require_shop(&app, &self.shop).await?;
        let mapping = self.read_mapping()?;
        let report = self.import(&app, &shop, &mapping).await?;
        report.print(self.dry_run);
        Ok(if report.failures.is_empty() {
            ExitCode::SUCCESS
        } else {
            ExitCode::from(SOME_FAILED)
        })
    }

    fn read_mapping(&self) -> Result<Mapping> {
        let Some(path) = &self.mapping else {
            return Ok(Mapping::default());
        };
        let text = std::fs::read_to_string(path)
            .map_err(|cause| Error::BadInput(format!("{}: {cause}", path.display())))?;
        Mapping::parse(&text).map_err(|cause| about(path, &cause))
    }

    async fn import(&self, app: &App, shop: &shop::Model, mapping: &Mapping) -> Result<Report> {
        let format = Format::of_path(&self.file).map_err(|cause| about(&self.file, &cause))?;
        let file = File::open(&self.file).map_err(|cause| about(&self.file, &cause.into()))?;
        let zone = parse_zone(&shop.time_zone)?;
        let load = Load {
            import: self,
            app,
            shop,
        };
        let wrong = |cause: FileError| about(&self.file, &cause);
        match self.what {
            What::Orders => {
                let source = self.source.clone().or_else(|| mapping.source.clone());
                let source = source.unwrap_or_else(|| "file".to_owned());
                let meanings: std::collections::BTreeMap<_, _> = mapping
                    .statuses
                    .iter()
                    .map(|(word, to)| (word.clone(), to.to_string()))
                    .collect();
                let rows = sources::read_orders(file, format, mapping, zone).map_err(wrong)?;
                load.rows(rows, |reports| ImportOrders {
                    source: source.clone(),
                    meanings: meanings.clone(),
                    reports,
                })
                .await
            }
            What::Affiliates => {
                let rows = sources::read_affiliates(file, format, mapping).map_err(wrong)?;
                load.rows(rows, |rows| ImportAffiliates { rows }).await
            }
            What::Transactions => {
                let rows =
                    sources::read_transactions(file, format, mapping, zone).map_err(wrong)?;
                load.rows(rows, |rows| ImportTransactions { rows }).await
            }
        }
    }
}

/// A file on its way into a shop.
struct Load<'a> {
    import: &'a Import,
    app: &'a App,
    shop: &'a shop::Model,
}

impl Load<'_> {
    /// Reads the rows and brings them in, batch by batch.
    async fn rows<T, C: Change<Output = ImportCounts>>(
        &self,
        rows: impl Iterator<Item = Result<Row<T>, FileError>>,
        change: impl Fn(Vec<T>) -> C,
    ) -> Result<Report> {
        let bar = progress::bar("importing", None);
        let mut report = Report::default();
        let mut seen = HashSet::new();
        let (mut lines, mut batch) = (Vec::new(), Vec::new());
        for row in rows {
            let row = row.map_err(|cause| about(&self.import.file, &cause))?;
            bar.inc(1);
            match row.content {
                Err(invalid) => report.fail(row.line, row.label, &invalid),
                // R5: an id that comes again fails from its second row on, in whichever batch.
                Ok(_) if !seen.insert(row.label.clone()) => {
                    let again = Invalid::new(
                        "externalId",
                        format!("{} came before in this file", row.label),
                    );
                    report.fail(row.line, row.label, &again);
                }
                Ok(content) => {
                    lines.push(row.line);
                    batch.push(content);
                }
            }
            if batch.len() == BATCH {
                let counts = self.write(&change(std::mem::take(&mut batch))).await?;
                report.add(counts, &std::mem::take(&mut lines));
            }
        }
        report.add(self.write(&change(batch)).await?, &lines);
        bar.finish_and_clear();
        Ok(report)
    }

    async fn write<C: Change>(&self, change: &C) -> Result<C::Output> {
        let author = author(StatusActor::Import);
        if self.import.dry_run {
            return ledger::rehearse(self.app, self.shop.shop_id, &author, change).await;
        }
        ledger::write(self.app, self.shop.shop_id, &author, change).await
    }
}

impl Report {
    fn fail(&mut self, line: u64, label: String, invalid: &Invalid) {
        self.failures.push((line, label, invalid.message.clone()));
    }

    fn add(&mut self, counts: ImportCounts, lines: &[u64]) {
        for failed in &counts.failed {
            let line = lines.get(failed.index).copied().unwrap_or(0);
            self.failures.push((
                line,
                failed.external_id.clone(),
                failed.refusal.message.clone(),
            ));
        }
        self.counts.add(counts, 0);
    }

    fn print(&self, dry_run: bool) {
        for (line, label, message) in &self.failures {
            eprintln!("line {line} ({label}): {message}");
        }
        let counts = &self.counts;
        println!(
            "{}{} created, {} changed, {} unchanged, {} stale, {} failed",
            if dry_run { "dry run: " } else { "" },
            counts.created,
            counts.changed,
            counts.unchanged,
            counts.stale,
            self.failures.len()
        );
    }
}

fn about(path: &Path, cause: &FileError) -> Error {
    Error::BadInput(format!("{}: {cause}", path.display()))
}
