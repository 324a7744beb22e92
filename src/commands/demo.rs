//! `cashable demo`: a shop made from a fixed seed, its first sync, then the server with something to ask.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use cashable::app::App;
use cashable::clock::Clock;
use cashable::config::{Listen, data_folder, file_url};
use cashable::database::Database;
use cashable::demo::{self, Demo, DemoToken};
use cashable::error::{Error, Result};
use cashable::{http, sync};
use clap::Args;
use entity::words::{Role, StatusActor, SyncTrigger};
use sea_orm::ActiveEnum;
use serde::{Deserialize, Serialize};

use super::output::say;
use super::{author, progress, serve};

/// What is kept beside the demo's database: its tokens, and that it was made to the end.
const TOKENS_FILE: &str = "tokens.json";
const DATABASE_FILE: &str = "demo.sqlite";

#[derive(Debug, Args)]
pub struct Demonstration {
    /// Where the demo is kept; a folder of its own in the user's data folder where left out.
    #[arg(long, env = "CASHABLE_DEMO_FOLDER", value_name = "FOLDER")]
    folder: Option<PathBuf>,
    /// Start over: what was tried out in the demo is gone.
    #[arg(long)]
    fresh: bool,
    #[command(flatten)]
    listen: Listen,
    #[command(flatten)]
    settings: http::Settings,
}

/// A token as it is kept for the next start.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    role: Role,
    name: String,
    secret: String,
}

impl Demonstration {
    pub async fn run(&self) -> Result<ExitCode> {
        let listener = serve::bind(self.listen).await?;
        let folder = match &self.folder {
            Some(folder) => folder.clone(),
            None => data_folder()?.join("demo"),
        };
        if self.fresh || read_tokens(&folder).is_none() {
            clear(&folder)?;
        }
        let app = App::new(
            Database::connect(&file_url(&folder.join(DATABASE_FILE))?).await?,
            Clock::Machine,
        );
        app.migrate().await?;
        let tokens = match read_tokens(&folder) {
            Some(tokens) => tokens,
            None => make(&app, &folder).await?,
        };
        self.introduce(&app, &folder, &tokens);
        serve::serve(app, &self.settings, listener).await?;
        Ok(ExitCode::SUCCESS)
    }

    fn introduce(&self, app: &App, folder: &Path, tokens: &[Kept]) {
        say!(
            "\nThe demo is kept in {}; --fresh starts over.",
            folder.display()
        );
        say!(
            "Open http://{} and paste one of these tokens:\n",
            self.listen.listen
        );
        for token in tokens {
            say!("  {:<10} {}", token.role.to_value(), token.secret);
        }
        say!("\nThree queries to paste:");
        for query in demo::queries(app.clock.now()) {
            say!(
                "\n# {} (token: {})\n{}",
                query.title,
                query.token,
                query.text.trim_end()
            );
        }
        say!("\nCtrl-C stops the server.");
    }
}

/// Makes the shop and runs its first sync, then keeps the tokens: they say that the demo is whole.
async fn make(app: &App, folder: &Path) -> Result<Vec<Kept>> {
    let bar = progress::bar("making a shop", Some(0));
    let demo = demo::fill(app, |done, total| {
        bar.set_length(total);
        bar.set_position(done);
    })
    .await?;
    bar.finish_and_clear();
    say!(
        "Made {} with two years of orders. Its first sync:\n",
        demo.shop.name
    );
    first_sync(app, &demo).await?;
    let tokens: Vec<Kept> = demo.tokens.into_iter().map(Kept::from).collect();
    keep_tokens(folder, &tokens)?;
    Ok(tokens)
}

async fn first_sync(app: &App, demo: &Demo) -> Result<()> {
    let author = author(StatusActor::Sync);
    let queued = sync::request(app, demo.shop.shop_id, &author, SyncTrigger::Cli, false).await?;
    let run = super::sync::run_with_bar(app, queued.run, false).await?;
    super::sync::print(&run)
}

impl From<DemoToken> for Kept {
    fn from(token: DemoToken) -> Self {
        Self {
            role: token.role,
            name: token.name.to_owned(),
            secret: token.secret,
        }
    }
}

fn read_tokens(folder: &Path) -> Option<Vec<Kept>> {
    let text = std::fs::read_to_string(folder.join(TOKENS_FILE)).ok()?;
    let is_there = folder.join(DATABASE_FILE).exists();
    is_there.then(|| serde_json::from_str(&text).ok()).flatten()
}

fn keep_tokens(folder: &Path, tokens: &[Kept]) -> Result<()> {
    let path = folder.join(TOKENS_FILE);
    let text = serde_json::to_string_pretty(tokens)
        .map_err(|cause| Error::Unexpected(cause.to_string()))?;
    std::fs::write(&path, text)
        .map_err(|cause| Error::BadInput(format!("{} cannot be written: {cause}", path.display())))
}

/// Takes away what an earlier demo left, and nothing else that may lie in the folder.
fn clear(folder: &Path) -> Result<()> {
    let files = [TOKENS_FILE.to_owned()].into_iter().chain(
        ["", "-wal", "-shm"]
            .into_iter()
            .map(|end| format!("{DATABASE_FILE}{end}")),
    );
    for path in files.map(|file| folder.join(file)) {
        match std::fs::remove_file(&path) {
            Err(cause) if cause.kind() != std::io::ErrorKind::NotFound => {
                return Err(Error::BadInput(format!(
                    "{} cannot be removed: {cause}",
                    path.display()
                )));
            }
            _ => {}
        }
    }
    Ok(())
}
