//! The program as a process, to be asked over HTTP and to be killed.

use std::io::{self, BufRead, BufReader};
use std::process::{Child, Command, ExitStatus, Stdio};

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A process that does not outlive the test.
pub struct Process(Child);

impl Process {
    /// Runs a command, its arguments between spaces.
    pub fn start(url: &str, arguments: &str) -> Self {
        let child = Command::new(env!("CARGO_BIN_EXE_cashable"))
            .args(arguments.split(' '))
            .env_clear()
            .env("CASHABLE_DATABASE_URL", url)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn();
        Self(child.unwrap())
    }

    /// SIGKILL, unless it has ended by itself; answers how it had.
    pub fn kill(&mut self) -> Option<ExitStatus> {
        let ended = self.0.try_wait().unwrap();
        self.0.kill().unwrap();
        self.0.wait().unwrap();
        ended
    }

    /// How it ends by itself.
    pub fn wait(&mut self) -> ExitStatus {
        self.0.wait().unwrap()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A server at work.
pub struct Server {
    pub process: Process,
    pub address: String,
}

impl Server {
    pub fn start(url: &str) -> Self {
        let mut process = Process::start(url, "serve --listen 127.0.0.1:0");
        let mut said = BufReader::new(process.0.stderr.as_mut().unwrap()).lines();
        let address = said.find_map(|line| {
            let (_, address) = line.as_ref().unwrap().split_once("listening on http://")?;
            Some(address.trim().to_owned())
        });
        Self {
            process,
            address: address.expect("the server says where it listens"),
        }
    }
}

/// What a server answers; an error where the connection ends before it has.
pub async fn post(address: &str, secret: &str, body: &Value) -> io::Result<Value> {
    let body = body.to_string();
    let question = format!(
        "POST /graphql HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {secret}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(question.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    let (_, body) = answer
        .split_once("\r\n\r\n")
        .ok_or(io::ErrorKind::UnexpectedEof)?;
    serde_json::from_str(body).map_err(io::Error::other)
}
