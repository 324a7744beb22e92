//! Transactions that the database cut off are made again, whole (DESIGN §4), and what a run reads is read again.

use std::time::Duration;

use sea_orm::{DbErr, RuntimeErr, SqlxError};

use crate::error::{Error, Result};

/// How often a transaction is tried.
const ATTEMPTS: u32 = 9;
/// How long to wait before the second try; each later one waits twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(20);

/// The tries of one transaction.
#[derive(Debug)]
pub(super) struct Tries {
    left: u32,
    pause: Duration,
}

impl Tries {
    pub(super) fn new() -> Self {
        Self {
            left: ATTEMPTS - 1,
            pause: FIRST_PAUSE,
        }
    }

    /// Waits for another try, or gives the error back where there is none or none would help.
    pub(super) async fn again_after(&mut self, error: Error) -> Result<()> {
        let cause = match &error {
            Error::Database(cause) if was_cut_off(cause) => cause,
            _ => return Err(error),
        };
        if self.left == 0 {
            return Err(error);
        }
        tracing::debug!(%cause, "the database cut something off, which is tried again");
        tokio::time::sleep(self.pause.mul_f64(0.5 + fastrand::f64())).await;
        self.left -= 1;
        self.pause *= 2;
        Ok(())
    }
}

/// Reads, and reads again what the database cut off: a long run outlives a connection.
pub async fn read_again<T, Reading>(read: impl Fn() -> Reading) -> Result<T>
where
    Reading: Future<Output = Result<T>>,
{
    let mut tries = Tries::new();
    loop {
        match read().await {
            Ok(found) => return Ok(found),
            Err(error) => tries.again_after(error).await?,
        }
    }
}

/// Whether the database gave up a transaction that can be made again.
fn was_cut_off(error: &DbErr) -> bool {
    let (DbErr::Exec(RuntimeErr::SqlxError(cause))
    | DbErr::Query(RuntimeErr::SqlxError(cause))
    | DbErr::Conn(RuntimeErr::SqlxError(cause))) = error
    else {
        return false;
    };
    match cause.as_ref() {
        SqlxError::Io(_) => true,
        SqlxError::Database(cause) => {
            let code = cause.code().unwrap_or_default();
            is_transient(&code) || (code == "XX000" && cause.message().contains("could not commit"))
        }
        _ => false,
    }
}

/// Whether the database itself says that a COMMIT did not happen. Where the connection broke, nobody knows.
pub(super) fn is_told(cause: &DbErr) -> bool {
    let (DbErr::Exec(RuntimeErr::SqlxError(error)) | DbErr::Query(RuntimeErr::SqlxError(error))) =
        cause
    else {
        return false;
    };
    error.as_database_error().is_some_and(|error| {
        error
            .code()
            .is_some_and(|code| !code.starts_with("08") && !code.starts_with("57P"))
    })
}

/// SQLSTATEs of PostgreSQL: a broken connection, a conflict with another transaction, a server that goes away,
/// comes back, or is full of a replica's old connections, a transaction that idled too long. And the numbers by which SQLite says that it is busy.
fn is_transient(code: &str) -> bool {
    code.starts_with("08")
        || matches!(
            code,
            "40001"
                | "40P01"
                | "53300"
                | "55P03"
                | "57P01"
                | "57P02"
                | "57P03"
                | "25P03"
                | "5"
                | "6"
                | "261"
                | "517"
        )
}

#[cfg(test)]
mod tests {
    use super::is_transient;

    #[test]
    fn what_was_cut_off_is_told_by_its_code() {
        for code in [
            "08006", "40001", "40P01", "53300", "55P03", "57P01", "57P02", "57P03", "25P03", "5",
            "517",
        ] {
            assert!(is_transient(code), "{code}");
        }
        for code in ["", "0A000", "23505", "42P01", "2067", "1"] {
            assert!(!is_transient(code), "{code}");
        }
    }
}
