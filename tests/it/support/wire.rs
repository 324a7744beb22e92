//! A wire to PostgreSQL that a test can cut: a proxy which knows just enough of the protocol to count what
//! the program asks, and ends a connection at whichever question it was told.

use std::io;
use std::sync::{Arc, Mutex};

use sea_orm::sqlx::postgres::PgConnectOptions;
use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadHalf, split};
use tokio::net::{TcpStream, UnixListener, UnixStream};
use tokio::sync::Notify;
use tokio::task::JoinHandle;

/// Where a connection ends.
#[derive(Clone, Copy, Debug)]
pub enum Cut {
    /// Before the question has wholly reached PostgreSQL.
    Before,
    /// When PostgreSQL has done what it asks, and before the program hears of it.
    After,
}

/// Which of the next questions ends its connection.
#[derive(Debug, Default)]
struct Plan(Option<(u32, Cut)>);

/// The proxy; connections through it last as long as this.
pub struct Wire {
    url: String,
    plan: Arc<Mutex<Plan>>,
    accepting: JoinHandle<()>,
    // Holds the socket that the program connects to.
    _folder: TempDir,
}

impl Wire {
    /// A wire to the database at this URL.
    pub fn to(url: &str) -> Self {
        let address = Address::of(url);
        let folder = TempDir::new().unwrap();
        let socket = folder.path().join(format!(".s.PGSQL.{}", address.port()));
        let listener = UnixListener::bind(socket).unwrap();
        let plan = Arc::<Mutex<Plan>>::default();
        let accepting = tokio::spawn(accept(listener, address, Arc::clone(&plan)));
        let bare = url.split('?').next().unwrap();
        Self {
            url: format!("{bare}?host={}", folder.path().display()),
            plan,
            accepting,
            _folder: folder,
        }
    }

    /// What the program connects to.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Has the `nth` question from now on, counted over all connections, end its connection.
    pub fn cut(&self, nth: u32, how: Cut) {
        self.plan.lock().unwrap().0 = Some((nth, how));
    }

    /// Cuts no more; answers whether it has cut.
    pub fn mend(&self) -> bool {
        self.plan.lock().unwrap().0.take().is_none()
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Plan {
    /// Counts a question.
    fn next(&mut self) -> Option<Cut> {
        let (left, how) = self.0.as_mut()?;
        *left -= 1;
        let now = (*left == 0).then_some(*how)?;
        self.0 = None;
        Some(now)
    }
}

/// Where PostgreSQL is.
#[derive(Clone)]
struct Address(PgConnectOptions);

/// A connection to it, of either kind.
trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

impl Address {
    fn of(url: &str) -> Self {
        Self(url.parse().unwrap())
    }

    fn port(&self) -> u16 {
        self.0.get_port()
    }

    async fn connect(&self) -> io::Result<Box<dyn Stream>> {
        let port = self.port();
        if let Some(folder) = self.0.get_socket() {
            let socket = folder.join(format!(".s.PGSQL.{port}"));
            return Ok(Box::new(UnixStream::connect(socket).await?));
        }
        let host = self.0.get_host();
        Ok(Box::new(TcpStream::connect((host, port)).await?))
    }
}

async fn accept(listener: UnixListener, address: Address, plan: Arc<Mutex<Plan>>) {
    while let Ok((client, _)) = listener.accept().await {
        let (address, plan) = (address.clone(), Arc::clone(&plan));
        tokio::spawn(async move {
            // However it ended, both sides see their connection close.
            let _ = carry(client, &address, &plan).await;
        });
    }
}

async fn carry(client: UnixStream, address: &Address, plan: &Mutex<Plan>) -> io::Result<()> {
    let (mut from_client, to_client) = split(client);
    let (from_server, mut to_server) = split(address.connect().await?);
    let answers = Arc::<Answers>::default();
    let back = tokio::spawn(Arc::clone(&answers).carry_back(from_server, to_client));
    let ended = carry_on(&mut from_client, &mut to_server, plan, &answers).await;
    back.abort();
    ended
}

/// What PostgreSQL answers, heard or lost.
#[derive(Debug, Default)]
struct Answers {
    are_lost: Mutex<bool>,
    lost: Notify,
}

impl Answers {
    async fn carry_back(
        self: Arc<Self>,
        mut from: ReadHalf<Box<dyn Stream>>,
        mut to: impl AsyncWrite + Unpin,
    ) {
        let mut bytes = vec![0; 16 * 1_024];
        while let Ok(count @ 1..) = from.read(&mut bytes).await {
            if *self.are_lost.lock().unwrap() {
                break;
            }
            if to.write_all(&bytes[..count]).await.is_err() {
                break;
            }
        }
        self.lost.notify_one();
        let _ = to.shutdown().await;
    }
}

async fn carry_on(
    from: &mut (impl AsyncRead + Unpin),
    to: &mut (impl AsyncWrite + Unpin),
    plan: &Mutex<Plan>,
    answers: &Answers,
) -> io::Result<()> {
    let mut has_begun = false;
    loop {
        let message = read_message(from, has_begun).await?;
        let cut = is_answered(&message, has_begun).then(|| plan.lock().unwrap().next());
        match cut.flatten() {
            Some(Cut::Before) => return Ok(()),
            Some(Cut::After) => {
                *answers.are_lost.lock().unwrap() = true;
                to.write_all(&message).await?;
                answers.lost.notified().await;
                return Ok(());
            }
            None => to.write_all(&message).await?,
        }
        // Eight bytes ask for encryption; what comes then has no kind either.
        has_begun |= message.len() > 8;
    }
}

/// Each message is a kind, a length and so many bytes; only those that open a connection have no kind.
async fn read_message(from: &mut (impl AsyncRead + Unpin), has_kind: bool) -> io::Result<Vec<u8>> {
    let head = if has_kind { 5 } else { 4 };
    let mut message = vec![0; head];
    from.read_exact(&mut message).await?;
    let length = message[head - 4..]
        .iter()
        .fold(0, |length, byte| length << 8 | usize::from(*byte));
    message.resize(head + length - 4, 0);
    from.read_exact(&mut message[head..]).await?;
    Ok(message)
}

/// PostgreSQL answers a query and the end of a statement, and whatever opens a connection. What else a
/// statement consists of it only takes in, so that it makes no difference where in that a connection ends.
fn is_answered(message: &[u8], has_begun: bool) -> bool {
    !has_begun || matches!(message[0], b'Q' | b'S' | b'p')
}
