//! What whoever runs the program says of the world outside: the same for every shop.

use clap::Args;

use super::{Reach, SecretKey, Secrets};

/// How platforms may be asked, and how their secrets are kept.
#[derive(Args, Clone, Debug, Default)]
pub struct Outside {
    /// Let sources and webhook endpoints lie in private networks, and be asked over plain HTTP. Whoever may connect
    /// one can then make the server ask whatever it can reach.
    #[arg(long, global = true, env = "CASHABLE_ALLOW_PRIVATE_SOURCES")]
    pub allow_private_sources: bool,

    /// What the secrets of sources are sealed with: 32 bytes in Base64, as `openssl rand -base64 32` makes them.
    /// Without it secrets stand in the environment only.
    #[arg(
        long,
        global = true,
        env = "CASHABLE_SECRET_KEY",
        value_name = "KEY",
        hide_env_values = true,
        value_parser = SecretKey::parse
    )]
    pub secret_key: Option<SecretKey>,
}

impl Outside {
    /// How far the program reaches out.
    #[must_use]
    pub fn reach(&self) -> Reach {
        Reach {
            allow_private: self.allow_private_sources,
            ..Reach::default()
        }
    }

    /// How it keeps secrets.
    #[must_use]
    pub fn secrets(&self) -> Secrets {
        Secrets::new(self.secret_key.clone())
    }
}
