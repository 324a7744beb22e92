//! One platform asked with patience: signed in anew when a token is over, left alone for as long as it asks,
//! and asked again when it stumbles. How often is bounded, so that a run ends.

use std::time::Duration;

use crate::sources::{
    Cursor, Http, Page, Pauses, Platform, Reported, Secret, Session, SourceError, Window,
};

/// How often a question is asked.
const TRIES: u32 = 5;
/// How long to wait before the second try; each later one waits twice as long.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// A platform that wants to be left alone for longer is asked by the next run.
const LONGEST_PAUSE: Duration = Duration::from_mins(2);

/// A platform, the way to it, and what signing in has given.
pub struct Asking {
    platform: Box<dyn Platform>,
    http: Http,
    pauses: Pauses,
    token: Option<Secret>,
    is_signed_in: bool,
}

impl Asking {
    /// Asks this platform over this way.
    pub fn new(platform: Box<dyn Platform>, http: Http, pauses: Pauses) -> Self {
        Self {
            platform,
            http,
            pauses,
            token: None,
            is_signed_in: false,
        }
    }

    /// The way to the platform.
    pub fn http(&self) -> &Http {
        &self.http
    }

    /// The next part of what has changed.
    pub async fn changes(
        &mut self,
        window: Window,
        cursor: Option<&Cursor>,
    ) -> Result<Page, SourceError> {
        let mut patience = Patience::new();
        loop {
            let answer = match self.sign_in().await {
                Ok(()) => {
                    let session = self.session();
                    self.platform.changes(session, window, cursor).await
                }
                Err(error) => Err(error),
            };
            match answer {
                Ok(page) => return Ok(page),
                Err(error) => self.recover(&mut patience, error).await?,
            }
        }
    }

    /// The orders with these ids.
    pub async fn by_ids(&mut self, ids: &[String]) -> Result<Vec<Reported>, SourceError> {
        self.by_ids_with(Patience::new(), ids).await
    }

    /// Some of the orders that the platform has just failed to give all together. It is not asked again where it
    /// may be one of them that it fails at.
    pub async fn part_by_ids(&mut self, ids: &[String]) -> Result<Vec<Reported>, SourceError> {
        self.by_ids_with(Patience::for_part(), ids).await
    }

    async fn by_ids_with(
        &mut self,
        mut patience: Patience,
        ids: &[String],
    ) -> Result<Vec<Reported>, SourceError> {
        loop {
            let answer = match self.sign_in().await {
                Ok(()) => self.platform.by_ids(self.session(), ids).await,
                Err(error) => Err(error),
            };
            match answer {
                Ok(orders) => return Ok(orders),
                Err(error) => self.recover(&mut patience, error).await?,
            }
        }
    }

    /// Whether orders can be read; told at once, since somebody waits.
    pub async fn probe(&mut self) -> Result<(), SourceError> {
        self.sign_in().await?;
        self.platform.probe(self.session()).await
    }

    async fn sign_in(&mut self) -> Result<(), SourceError> {
        if !self.is_signed_in {
            self.token = self.platform.sign_in(&self.http).await?;
            self.is_signed_in = true;
        }
        Ok(())
    }

    fn session(&self) -> Session<'_> {
        Session {
            http: &self.http,
            token: self.token.as_ref(),
        }
    }

    /// Makes ready to ask again, or gives the error back.
    async fn recover(
        &mut self,
        patience: &mut Patience,
        error: SourceError,
    ) -> Result<(), SourceError> {
        if matches!(error, SourceError::Credentials(_)) && !patience.signed_in_anew {
            // A token ends when it likes, and some gateways refuse for a moment what they took before.
            patience.signed_in_anew = true;
            self.is_signed_in = false;
            return Ok(());
        }
        let pause = patience.pause_after(error)?;
        self.pauses.pause(pause).await;
        Ok(())
    }
}

/// What is left of the patience with one question.
#[derive(Debug)]
struct Patience {
    tries_left: u32,
    pause: Duration,
    signed_in_anew: bool,
    /// Whether this asks for a part of what was asked for before.
    is_for_part: bool,
}

impl Patience {
    fn new() -> Self {
        Self {
            tries_left: TRIES - 1,
            pause: FIRST_PAUSE,
            signed_in_anew: false,
            is_for_part: false,
        }
    }

    fn for_part() -> Self {
        Self {
            is_for_part: true,
            ..Self::new()
        }
    }

    /// How long to wait for another try; the error where there is none or none would help.
    fn pause_after(&mut self, error: SourceError) -> Result<Duration, SourceError> {
        let tells_of_part = self.is_for_part && may_be_for_one_order(&error);
        if !error.may_pass() || self.tries_left == 0 || tells_of_part {
            return Err(error);
        }
        let backoff = self.pause.mul_f64(0.5 + fastrand::f64());
        self.tries_left -= 1;
        self.pause *= 2;
        match error {
            SourceError::Busy {
                retry_after: Some(asked),
            } if asked > LONGEST_PAUSE => Err(error),
            SourceError::Busy {
                retry_after: Some(asked),
            } => Ok(asked),
            _ => Ok(backoff),
        }
    }
}

/// Whether a platform may have failed at one of the orders that it was asked for. All else concerns the platform:
/// its address, who asks, and how much it can bear.
pub(super) fn may_be_for_one_order(error: &SourceError) -> bool {
    matches!(
        error,
        SourceError::Failed(_) | SourceError::Unreadable(_) | SourceError::Refused(_)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_platform_is_asked_a_few_times_with_longer_and_longer_pauses() {
        let mut patience = Patience::new();
        for at_most in [1.5, 3.0, 6.0, 12.0] {
            let failed = SourceError::Failed("500".to_owned());
            let pause = patience.pause_after(failed).expect("a pause").as_secs_f64();
            assert!(pause >= at_most / 3.0 && pause <= at_most, "{pause}");
        }
        assert!(
            patience
                .pause_after(SourceError::Failed("500".to_owned()))
                .is_err()
        );
    }

    #[test]
    fn a_platform_is_left_alone_for_as_long_as_it_asks() {
        for (seconds, waits) in [(0, true), (7, true), (120, true), (121, false)] {
            let asked = Duration::from_secs(seconds);
            let busy = SourceError::Busy {
                retry_after: Some(asked),
            };
            let pause = Patience::new().pause_after(busy).ok();
            assert_eq!(pause, waits.then_some(asked), "{seconds}");
        }
    }

    #[test]
    fn what_may_be_for_one_order_is_not_asked_again_by_parts() {
        let busy = SourceError::Busy { retry_after: None };
        for (error, is_asked_again) in [
            (SourceError::Failed("500".to_owned()), false),
            (SourceError::unreadable("half"), false),
            (SourceError::Refused("400".to_owned()), false),
            (SourceError::Slow(Duration::from_secs(30)), true),
            (busy, true),
        ] {
            let pause = Patience::for_part().pause_after(error.clone());
            assert_eq!(pause.is_ok(), is_asked_again, "{error:?}");
        }
    }

    #[test]
    fn what_would_be_refused_again_is_not_asked_again() {
        let refused = SourceError::Refused("400".to_owned());
        assert!(Patience::new().pause_after(refused).is_err());
    }
}
