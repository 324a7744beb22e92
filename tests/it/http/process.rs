//! `cashable serve` as a process of its own: what it writes to its log, and how it ends.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

/// How long a line may take to come, and the end.
const PATIENCE: Duration = Duration::from_secs(30);

/// A server that does not outlive the test.
pub struct Process {
    child: Child,
    lines: Receiver<String>,
    log: Vec<String>,
    /// Where it listens.
    pub address: String,
}

impl Process {
    /// Starts it over this database with further flags.
    pub fn start(url: &str, flags: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_cashable"))
            .args(["serve", "--listen", "127.0.0.1:0"])
            .args(flags)
            .env_clear()
            .env("CASHABLE_DATABASE_URL", url)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (sender, lines) = channel();
        let said = BufReader::new(child.stderr.take().unwrap());
        thread::spawn(move || {
            for line in said.lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        let mut process = Self {
            child,
            lines,
            log: Vec::new(),
            address: String::new(),
        };
        process.address = process.address_after("listening on http://");
        process
    }

    /// The address in the next line with these words.
    pub fn address_after(&mut self, words: &str) -> String {
        let line = self.line_with(words);
        let (_, rest) = line.split_once(words).unwrap();
        let end = rest.find(['/', '"', ' ']).unwrap_or(rest.len());
        rest[..end].to_owned()
    }

    /// The next line with these words.
    pub fn line_with(&mut self, words: &str) -> String {
        loop {
            let line = self.lines.recv_timeout(PATIENCE);
            let line = line.unwrap_or_else(|_| panic!("{words:?} is not in {:#?}", self.log));
            self.log.push(line.clone());
            if line.contains(words) {
                return line;
            }
        }
    }

    /// Asks it to end.
    pub fn ask_to_end(&self) {
        let id = self.child.id().to_string();
        let asked = Command::new("kill").args(["-TERM", &id]).status();
        assert!(asked.unwrap().success());
    }

    /// Waits for its end; answers how it ended and all it ever said.
    pub fn end(mut self) -> (ExitStatus, Vec<String>) {
        let asked = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(asked.elapsed() < PATIENCE, "it goes on: {:#?}", self.log);
            thread::sleep(Duration::from_millis(10));
        };
        let mut log = std::mem::take(&mut self.log);
        log.extend(self.lines.iter());
        (status, log)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
