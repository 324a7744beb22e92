//! The two programs that answer: started, watched through /proc, stopped.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::client::{Connection, get};
use crate::outcome::Outcome;
use crate::processor_time;

/// More points than are spent in a run.
const ENDLESS: &str = "1000000000000";
/// How long a server may take to answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// A server that ends with this.
pub struct Process {
    child: Child,
    /// Where it listens.
    pub port: u16,
    /// How long it took from its start to its first answer.
    pub start_up: Duration,
}

impl Process {
    /// Starts the product over a database.
    pub async fn cashable(programs: &Path, url: &str) -> Outcome<Self> {
        let port = free_port()?;
        let mut command = Command::new(programs.join("cashable"));
        command
            .args(["serve", "--log", "warn", "--database-url", url])
            .args(["--listen", &format!("127.0.0.1:{port}")])
            // A few tokens ask here for all that the machine can answer.
            .args(["--rate-capacity", ENDLESS, "--rate-refill", ENDLESS]);
        Self::start(command, port).await
    }

    /// Starts what Cashable was without limits over a database.
    pub async fn before(programs: &Path, url: &str) -> Outcome<Self> {
        let port = free_port()?;
        let mut command = Command::new(programs.join("bound"));
        command.args([url, &port.to_string(), "before"]);
        Self::start(command, port).await
    }

    /// Starts the bare handler over a database.
    pub async fn bound(programs: &Path, url: &str) -> Outcome<Self> {
        let port = free_port()?;
        let mut command = Command::new(programs.join("bound"));
        command.args([url, &port.to_string()]);
        Self::start(command, port).await
    }

    async fn start(mut command: Command, port: u16) -> Outcome<Self> {
        let start = Instant::now();
        let child = command.stdin(Stdio::null()).spawn()?;
        let mut process = Self {
            child,
            port,
            start_up: Duration::ZERO,
        };
        while !process.is_healthy().await {
            if let Some(status) = process.child.try_wait()? {
                return Err(format!("a server ended at once: {status}").into());
            }
            if start.elapsed() > PATIENCE {
                return Err("a server does not answer".into());
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        process.start_up = start.elapsed();
        Ok(process)
    }

    async fn is_healthy(&self) -> bool {
        match Connection::open(self.port).await {
            Ok(mut connection) => connection.ask(&get("/health")).await.is_ok(),
            Err(_) => false,
        }
    }

    /// How much processor time it has taken so far.
    pub fn cpu_seconds(&self) -> Outcome<f64> {
        processor_time::of_process(self.child.id())
    }

    /// The most memory that it has had at a time, in MB.
    pub fn peak_memory(&self) -> Outcome<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes: f64 = peak
            .and_then(|peak| peak.trim().strip_suffix(" kB"))
            .ok_or("no memory of the server")?
            .parse()?;
        Ok(kilobytes / 1_024.0)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn free_port() -> Outcome<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    Ok(listener.local_addr()?.port())
}
