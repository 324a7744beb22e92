//! What goes wrong on the way to a platform, and passes.

use std::time::Duration;

use cashable::sources::SourceError;

use super::super::fake::Fake;
use super::super::server::Trouble;
use super::super::shop::Status;
use super::Connected;
use crate::support::TestApp;

/// 401 once: a new token is bought where there is one, and the question asked again, without waiting.
pub async fn credentials_refused_once_are_shown_again<F: Fake>(app: TestApp) {
    let it = Connected::<F>::open(&app).await;
    it.platform.with(|shop| shop.place(3, Status::Cancelled));
    it.platform.trouble(&[Trouble::Status(401)]);
    assert_eq!(it.pull().await.orders_changed, 3);
    assert!(app.pauses().is_empty());
    let sign_ins = if F::SIGNS_IN { 2 } else { 0 };
    assert_eq!(it.platform.server.sign_ins(), sign_ins);
    assert_eq!(it.platform.questions().len(), F::questions_for(3) + 1);
}

/// Credentials that the platform does not know are told as such, at once.
pub async fn wrong_credentials_are_told_as_such<F: Fake>(app: TestApp) {
    let it = Connected::<F>::open(&app).await;
    it.asking(F::SECRET).probe().await.unwrap();
    let error = it.asking(Some("wrong")).probe().await.unwrap_err();
    assert!(matches!(error, SourceError::Credentials(_)), "{error:?}");
    it.platform
        .trouble(&[Trouble::Status(401), Trouble::Status(401)]);
    let error = it.fail().await;
    assert!(error.contains("does not accept the credentials"), "{error}");
    assert!(app.pauses().is_empty());
}

/// 429 with so many seconds to wait.
pub async fn a_busy_platform_is_left_alone_for_as_long_as_it_asks<F: Fake>(app: TestApp) {
    let it = Connected::<F>::open(&app).await;
    it.platform.with(|shop| shop.place(3, Status::New));
    it.platform.trouble(&[Trouble::Busy(7), Trouble::Busy(31)]);
    assert_eq!(it.pull().await.orders_changed, 3);
    assert_eq!(app.pauses(), [7, 31].map(Duration::from_secs));
}

/// 500 twice, then an answer: the run does not notice but for waiting.
pub async fn a_failure_is_asked_again<F: Fake>(app: TestApp) {
    let it = Connected::<F>::open(&app).await;
    it.platform.with(|shop| shop.place(3, Status::New));
    it.platform
        .trouble(&[Trouble::Status(500), Trouble::Status(500)]);
    let run = it.pull().await;
    assert_eq!(run.orders_changed, 3);
    assert_eq!(app.pauses().len(), 2);
}

/// An answer that is cut off is no answer, and nothing of it is taken.
pub async fn half_an_answer_is_asked_for_again<F: Fake>(app: TestApp) {
    let it = Connected::<F>::open(&app).await;
    it.platform.with(|shop| shop.place(3, Status::New));
    it.platform.trouble(&[Trouble::Half, Trouble::Closed]);
    let run = it.pull().await;
    assert_eq!((run.orders_changed, run.orders_failed), (3, 0));
    assert_eq!(app.pauses().len(), 2);
}

/// HTML with status 200 is no answer.
pub async fn a_page_for_people_is_no_answer<F: Fake>(app: TestApp) {
    let it = Connected::<F>::open(&app).await;
    it.platform.with(|shop| shop.place(3, Status::New));
    it.platform.trouble(&[Trouble::Page; 5]);
    let error = it.fail().await;
    assert!(error.contains("a page for people"), "{error}");
    assert_eq!(app.pauses().len(), 4);
    assert_eq!(it.pull().await.orders_changed, 3);
}
