//! Ends the tests, by name of the one that is to blame, where one hangs: else whoever runs them waits for
//! ever, and is never told for what.

use std::collections::BTreeMap;
use std::process::exit;
use std::sync::{LazyLock, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// Many times what the longest test takes on a loaded machine.
const OVERDUE: Duration = Duration::from_mins(20);
/// How often it is looked.
const LOOK: Duration = Duration::from_secs(10);

static RUNNING: LazyLock<Mutex<BTreeMap<u64, (String, Instant)>>> = LazyLock::new(|| {
    thread::spawn(|| {
        loop {
            thread::sleep(LOOK);
            end_if_overdue();
        }
    });
    Mutex::default()
});

/// A test that is running, until this goes.
pub struct Running(u64);

impl Running {
    /// The test whose thread this is, which has its name.
    pub fn here() -> Self {
        let name = thread::current().name().unwrap_or("a test").to_owned();
        let key = fastrand::u64(..);
        RUNNING.lock().unwrap().insert(key, (name, Instant::now()));
        Self(key)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        RUNNING.lock().unwrap().remove(&self.0);
    }
}

fn end_if_overdue() {
    let running = RUNNING.lock().unwrap();
    let hang: Vec<_> = running
        .values()
        .filter(|(_, since)| since.elapsed() > OVERDUE)
        .map(|(name, _)| name.as_str())
        .collect();
    if !hang.is_empty() {
        // Not captured, as what a test's own thread prints would be.
        eprintln!(
            "hanging since {OVERDUE:?}, so that the tests end here: {}",
            hang.join(", ")
        );
        exit(101);
    }
}
