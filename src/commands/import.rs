//! `cashable import`: orders, affiliates and transactions from CSV or JSON Lines. What is wrong with a row
//! is told with its line, and the rest goes in.

use std::collections::{BTreeMap, HashMap};
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

use super::output::say;
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
    /// The line of each id.
    seen: HashMap<String, u64>,
    failures: Vec<(u64, String, String)>,
}

impl Import {
    pub async fn run(&self, config: &Config) -> Result<ExitCode> {
        let app = config.open().await?;
        let shop = require_shop(&app, &self.shop).await?;
        let mapping = self.read_mapping()?;
        let mut report = Report::default();
        let outcome = self.import(&app, &shop, &mapping, &mut report).await;
        // What ended an import in its middle does not undo what went in before.
        if outcome.is_ok() || report.counts != ImportCounts::default() {
            report.print(self.dry_run);
        }
        outcome?;
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
        let unreadable = |cause| {
            let path = path.display();
            Error::BadInput(format!("{path}: the mapping file cannot be read: {cause}"))
        };
        let text = std::fs::read_to_string(path).map_err(unreadable)?;
        Mapping::parse(&text).map_err(|cause| about(path, &cause))
    }

    async fn import(
        &self,
        app: &App,
        shop: &shop::Model,
        mapping: &Mapping,
        report: &mut Report,
    ) -> Result<()> {
        let format = Format::of_path(&self.file).map_err(|cause| self.about(&cause))?;
        let zone = parse_zone(&shop.time_zone)?;
        let load = Load {
            import: self,
            app,
            shop,
        };
        match self.what {
            What::Orders => {
                let source = self.source.clone().or_else(|| mapping.source.clone());
                let source = source.unwrap_or_else(|| "file".to_owned());
                let meanings: BTreeMap<_, _> = mapping
                    .statuses
                    .iter()
                    .map(|(word, to)| (word.clone(), to.to_string()))
                    .collect();
                let open = |file| sources::read_orders(file, format, mapping, zone);
                let change = |reports| ImportOrders {
                    source: source.clone(),
                    meanings: meanings.clone(),
                    reports,
                };
                load.rows(open, change, report).await
            }
            What::Affiliates => {
                let open = |file| sources::read_affiliates(file, format, mapping);
                load.rows(open, |rows| ImportAffiliates { rows }, report)
                    .await
            }
            What::Transactions => {
                let open = |file| sources::read_transactions(file, format, mapping, zone);
                load.rows(open, |rows| ImportTransactions { rows }, report)
                    .await
            }
        }
    }

    fn about(&self, cause: &FileError) -> Error {
        about(&self.file, cause)
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
    async fn rows<T, C, I>(
        &self,
        open: impl Fn(File) -> Result<I, FileError>,
        change: impl Fn(Vec<T>) -> C,
        report: &mut Report,
    ) -> Result<()>
    where
        C: Change<Output = ImportCounts>,
        I: Iterator<Item = Result<Row<T>, FileError>>,
    {
        let open = || {
            let file = File::open(&self.import.file).map_err(FileError::from);
            file.and_then(&open)
                .map_err(|cause| self.import.about(&cause))
        };
        self.check_readable(open)?;
        let bar = progress::bar("importing", None);
        let (mut lines, mut batch) = (Vec::new(), Vec::new());
        let mut batches = 0_u32;
        for row in open()? {
            let row = row.map_err(|cause| self.import.about(&cause))?;
            bar.inc(1);
            if let Some(content) = report.sift(&mut lines, row) {
                batch.push(content);
            }
            if batch.len() == BATCH {
                let counts = self.write(&change(std::mem::take(&mut batch))).await?;
                report.add(counts, &std::mem::take(&mut lines));
                batches += 1;
                // A table that has doubled is another table to whoever plans by its size.
                if batches.is_power_of_two() {
                    ledger::refresh_statistics(self.app).await;
                }
            }
        }
        report.add(self.write(&change(batch)).await?, &lines);
        bar.finish_and_clear();
        Ok(())
    }

    /// Reads the file once for nothing, so that one whose end cannot be read leaves nothing half written.
    /// A pipe gives what it has only once.
    fn check_readable<T, I>(&self, open: impl Fn() -> Result<I>) -> Result<()>
    where
        I: Iterator<Item = Result<Row<T>, FileError>>,
    {
        let is_file = std::fs::metadata(&self.import.file).is_ok_and(|kind| kind.is_file());
        if !is_file {
            return Ok(());
        }
        let Some(cause) = open()?.find_map(Result::err) else {
            return Ok(());
        };
        let about = self.import.about(&cause);
        Err(Error::BadInput(format!("{about}; nothing was imported")))
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
    /// The content of a good row, whose line is added to `lines`; a bad one is told of.
    fn sift<T>(&mut self, lines: &mut Vec<u64>, row: Row<T>) -> Option<T> {
        let first = (!row.label.is_empty())
            .then(|| *self.seen.entry(row.label.clone()).or_insert(row.line))
            .filter(|first| *first != row.line);
        let outcome = match (row.content, first) {
            // R5: an id that comes again fails from its second row on, in whichever batch.
            (Ok(_), Some(first)) => {
                let (id, first) = (&row.label, first);
                let message = format!("the id {id} came before in this file, in line {first}");
                Err(Invalid::new("externalId", message))
            }
            (content, _) => content,
        };
        match outcome {
            Ok(content) => {
                lines.push(row.line);
                Some(content)
            }
            Err(invalid) => {
                self.fail(row.line, row.label, &invalid);
                None
            }
        }
    }

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

    fn print(&mut self, dry_run: bool) {
        self.failures.sort_by_key(|(line, ..)| *line);
        for (line, label, message) in &self.failures {
            match label.as_str() {
                "" => eprintln!("line {line}: {message}"),
                _ => eprintln!("line {line} ({label}): {message}"),
            }
        }
        let counts = &self.counts;
        say!(
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
