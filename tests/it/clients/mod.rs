//! What others' programs find of the server and of its contract: clients, audits and linters, as `tests/clients`
//! installs them.

mod audit;
mod fuzz;
mod lint;
mod streams;
mod validate;

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use cashable::http::Settings;
use serde_json::json;
use tokio::task::spawn_blocking;

use crate::support::repository;
use crate::support::served::Served;
use crate::support::world::World;

const HOW: &str = "run tests/clients/install.sh, as `make test` does";

/// A shop at an address, and an admin's token in it.
struct Shop {
    server: Served,
    token: String,
}

impl Shop {
    async fn open(world: &World) -> Self {
        Self {
            server: Served::start(&world.app, Settings::default()).await,
            token: new_token(world, "asking").await,
        }
    }

    fn url(&self) -> String {
        format!("http://{}/graphql", self.server.address)
    }

    /// Lets a program ask here.
    fn invite(&self, mut program: Command) -> Command {
        program.env("URL", self.url()).env("TOKEN", &self.token);
        program
    }
}

async fn new_token(world: &World, name: &str) -> String {
    let input = json!({ "name": name, "role": "ADMIN" });
    let made = world.done("createAccessToken", input, "secret").await;
    made["secret"].as_str().unwrap().to_owned()
}

/// One of the programs in JavaScript.
fn node(program: &str) -> Command {
    assert_installed("package-lock.json", "node_modules/.installed-lock.json");
    let mut node = Command::new("node");
    node.arg(client(program));
    node
}

fn client(path: &str) -> PathBuf {
    repository("tests/clients").join(path)
}

/// What is installed keeps a copy of the list that it was installed from.
fn assert_installed(list: &str, copy: &str) {
    let wanted = fs::read(client(list)).unwrap();
    let is_there = fs::read(client(copy)).is_ok_and(|found| found == wanted);
    assert!(is_there, "what {list} names is not installed: {HOW}");
}

/// Whether a program ends well, and what it prints.
async fn run(mut program: Command) -> (bool, String) {
    let name = program.get_program().display().to_string();
    let ended = spawn_blocking(move || program.output()).await.unwrap();
    let output = ended.unwrap_or_else(|error| panic!("{name}: {error}: {HOW}"));
    let printed = [output.stdout, output.stderr].concat();
    let printed = String::from_utf8_lossy(&printed).into_owned();
    (output.status.success(), printed)
}
