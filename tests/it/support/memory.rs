//! The server over wires in memory, whose buffers are as small as a test likes and which know no time but
//! tokio's.

use axum::serve::{Listener, serve};
use cashable::app::App;
use cashable::http::{Settings, router};
use tokio::io::{DuplexStream, duplex};
use tokio::sync::mpsc;

/// A server that ends with its test.
pub struct Memory {
    callers: mpsc::UnboundedSender<DuplexStream>,
    capacity: usize,
}

struct Door(mpsc::UnboundedReceiver<DuplexStream>);

impl Memory {
    /// Over wires that hold so many bytes each way.
    pub fn start(app: &App, settings: &Settings, capacity: usize) -> Self {
        let (callers, door) = mpsc::unbounded_channel();
        let router = router(app.clone(), settings);
        tokio::spawn(async move { serve(Door(door), router).await });
        Self { callers, capacity }
    }

    /// A caller's end of a wire.
    pub fn wire(&self) -> DuplexStream {
        let (own, other) = duplex(self.capacity);
        self.callers.send(other).unwrap();
        own
    }
}

impl Listener for Door {
    type Io = DuplexStream;
    type Addr = ();

    async fn accept(&mut self) -> (DuplexStream, ()) {
        match self.0.recv().await {
            Some(wire) => (wire, ()),
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> std::io::Result<()> {
        Ok(())
    }
}
