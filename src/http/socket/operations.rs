//! The operations that run over one socket, side by side.
//!
//! Each is a task of its own, so that what it holds while it works does not wait for the socket's reader. It hands
//! over one message at a time and waits until that was taken: no more than one for each operation is kept,
//! however slow the reader, and whoever has waited longest goes first.

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::pin::pin;

use axum::http::StatusCode;
use futures_util::{Stream, StreamExt};
use tokio::sync::mpsc;
use tokio::task::{AbortHandle, JoinSet};
use tracing::Instrument;

use super::close::Close;
use super::message::News;
use crate::http::panics::broken;
use crate::http::refused::Refused;

/// The running operations of a socket by their ids; they end with it, but for mutations that are under way.
pub struct Operations {
    most: usize,
    tasks: JoinSet<()>,
    running: HashMap<String, Running>,
    begun: u64,
    /// None where no more are begun.
    tell: Option<mpsc::Sender<Told>>,
    told: mpsc::Receiver<Told>,
}

/// An id may be used again after its end: the number tells whose message it is.
struct Running {
    number: u64,
    task: AbortHandle,
}

struct Told {
    id: String,
    number: u64,
    news: Result<News, Close>,
}

impl Operations {
    /// None yet, and so many at the same time.
    pub fn new(most: usize) -> Self {
        let (tell, told) = mpsc::channel(1);
        Self {
            most,
            tasks: JoinSet::new(),
            running: HashMap::new(),
            begun: 0,
            tell: Some(tell),
            told,
        }
    }

    /// Whether an operation with this id is running.
    pub fn is_running(&self, id: &str) -> bool {
        self.running.contains_key(id)
    }

    /// Begins an operation that has these messages for its client, unless no more are begun. Its id must be free.
    pub fn begin(
        &mut self,
        id: &str,
        messages: impl Stream<Item = Result<News, Close>> + Send + 'static,
    ) -> Result<(), Refused> {
        let Some(tell) = self.tell.clone() else {
            return Ok(());
        };
        if self.running.len() >= self.most {
            let message = format!("one socket runs at most {} operations at a time", self.most);
            return Err(Refused::too_many(StatusCode::TOO_MANY_REQUESTS, message));
        }
        while self.tasks.try_join_next().is_some() {}
        self.begun += 1;
        let number = self.begun;
        let telling = tell_all(id.to_owned(), number, messages, tell);
        // What it logs is found by the id of the socket's request.
        let task = self.tasks.spawn(telling.in_current_span());
        self.running.insert(id.to_owned(), Running { number, task });
        Ok(())
    }

    /// Ends an operation, if it is still running, and whatever it had to say.
    pub fn complete(&mut self, id: &str) {
        if let Some(running) = self.running.remove(id) {
            running.task.abort();
        }
    }

    /// From now on no more are begun.
    pub fn begin_no_more(&mut self) {
        self.tell = None;
    }

    /// Waits for the next message of any of them, or for what ends the socket. None where no more are begun, and
    /// all have ended.
    pub async fn next(&mut self) -> Option<Result<News, Close>> {
        loop {
            let Told { id, number, news } = self.told.recv().await?;
            let running = self.running.get(&id);
            if running.is_none_or(|running| running.number != number) {
                continue;
            }
            if is_last(&news) {
                self.running.remove(&id);
            }
            return Some(news);
        }
    }
}

fn is_last(news: &Result<News, Close>) -> bool {
    news.as_ref().map_or(true, |news| news.is_last)
}

async fn tell_all(
    id: String,
    number: u64,
    messages: impl Stream<Item = Result<News, Close>>,
    tell: mpsc::Sender<Told>,
) {
    let mut messages = pin!(AssertUnwindSafe(messages).catch_unwind());
    while let Some(news) = messages.next().await {
        // Else its id and its place would stay taken.
        let news = news.unwrap_or_else(|panic| Ok(News::answer(&id, &broken(&*panic))));
        let is_last = is_last(&news);
        let id = id.clone();
        let is_over = tell.send(Told { id, number, news }).await.is_err();
        if is_last || is_over {
            break;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures_util::stream;
    use tokio::task::yield_now;

    use super::*;

    /// A message for ever, counted as it is made.
    fn endless(
        text: &str,
        made: &Arc<AtomicUsize>,
    ) -> impl Stream<Item = Result<News, Close>> + Send + use<> {
        let (text, made) = (text.to_owned(), Arc::clone(made));
        stream::repeat_with(move || {
            made.fetch_add(1, Ordering::Relaxed);
            let text = text.clone();
            let is_last = false;
            Ok(News { text, is_last })
        })
    }

    async fn let_them_run() {
        for _ in 0..1_000 {
            yield_now().await;
        }
    }

    #[tokio::test]
    async fn what_nobody_takes_is_not_made() {
        let made = Arc::new(AtomicUsize::new(0));
        let mut operations = Operations::new(20);
        for id in 0..20 {
            let begun = operations.begin(&id.to_string(), endless("a", &made));
            assert!(begun.is_ok());
        }
        let_them_run().await;
        // One for each operation, and one on its way.
        assert_eq!(made.load(Ordering::Relaxed), 21);
        operations.next().await.unwrap().unwrap();
        let_them_run().await;
        assert_eq!(made.load(Ordering::Relaxed), 22);
    }

    #[tokio::test]
    async fn nobody_is_kept_waiting_by_who_has_always_something_to_say() {
        let mut operations = Operations::new(3);
        for id in ["a", "b", "c"] {
            operations.begin(id, endless(id, &Arc::default())).unwrap();
        }
        let_them_run().await;
        let mut counts = HashMap::<_, usize>::new();
        for _ in 0..300 {
            *counts
                .entry(operations.next().await.unwrap().unwrap().text)
                .or_default() += 1;
        }
        assert!(
            counts.values().all(|count| (99..=101).contains(count)),
            "{counts:?}"
        );
    }

    #[tokio::test]
    async fn nothing_is_said_of_what_is_completed() {
        let made = Arc::new(AtomicUsize::new(0));
        let mut operations = Operations::new(1);
        operations.begin("1", endless("old", &made)).unwrap();
        let_them_run().await;
        operations.complete("1");
        operations.complete("1");
        operations.complete("unknown");
        let last = News {
            text: "new".to_owned(),
            is_last: true,
        };
        operations.begin("1", stream::iter([Ok(last)])).unwrap();
        assert_eq!(operations.next().await.unwrap().unwrap().text, "new");
        assert!(!operations.is_running("1"));
        // Its work has ended with it.
        let_them_run().await;
        assert_eq!(Arc::strong_count(&made), 1);
    }

    #[tokio::test]
    async fn those_that_run_come_to_their_end_and_no_more_are_begun() {
        let mut operations = Operations::new(3);
        let last = |text: &str| News {
            text: text.to_owned(),
            is_last: true,
        };
        operations
            .begin("1", stream::iter([Ok(last("1"))]))
            .unwrap();
        // One that has nothing to say of its end.
        operations.begin("2", stream::empty()).unwrap();
        operations.begin_no_more();
        operations
            .begin("3", stream::iter([Ok(last("3"))]))
            .unwrap();
        assert_eq!(operations.next().await.unwrap().unwrap().text, "1");
        assert!(operations.next().await.is_none());
    }

    #[tokio::test]
    async fn one_that_breaks_says_so_and_is_over() {
        let mut operations = Operations::new(1);
        let breaks = stream::once(async { panic!("a secret") });
        operations.begin("1", breaks).unwrap();
        let news = operations.next().await.unwrap().unwrap();
        assert!(news.is_last && !operations.is_running("1"));
        assert!(news.text.contains("INTERNAL"), "{}", news.text);
        assert!(!news.text.contains("secret"), "{}", news.text);
    }

    #[tokio::test]
    async fn only_so_many_run() {
        let mut operations = Operations::new(1);
        operations.begin("1", stream::pending()).unwrap();
        assert!(operations.is_running("1"));
        assert!(operations.begin("2", stream::pending()).is_err());
        operations.complete("1");
        operations.begin("2", stream::pending()).unwrap();
        assert!(!operations.is_running("1") && operations.is_running("2"));
    }
}
