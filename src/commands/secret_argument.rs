//! Secrets as commands take them. None stands in a command itself, where shells keep it and neighbours see it.

use std::io::{self, IsTerminal};

use cashable::error::{Error, Result};

/// Where a secret is to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretArgument {
    /// In the environment of whatever uses it: `env:NAME`, as it is kept.
    Environment(String),
    /// From standard input: asked for on a terminal, else the next line.
    Input,
}

impl SecretArgument {
    /// Reads `env:NAME` or `-`.
    pub fn parse(text: &str) -> Result<Self, String> {
        match text {
            "-" => Ok(Self::Input),
            _ if text.starts_with("env:") => Ok(Self::Environment(text.to_owned())),
            _ => Err(
                "it must be env:NAME for a variable, or - to type or pipe it: what stands in a command \
                 is seen by others"
                    .to_owned(),
            ),
        }
    }

    /// The secret, or the variable that it is in.
    pub fn read(self, what: &str) -> Result<String> {
        match self {
            Self::Environment(name) => Ok(name),
            Self::Input => {
                let read = if io::stdin().is_terminal() {
                    rpassword::prompt_password(format!("{what}: "))
                } else {
                    next_line()
                };
                let secret = read.map_err(|cause| {
                    Error::BadInput(format!("the {what} cannot be read: {cause}"))
                })?;
                Ok(secret.trim().to_owned())
            }
        }
    }
}

fn next_line() -> io::Result<String> {
    let mut line = String::new();
    io::stdin().read_line(&mut line)?;
    Ok(line)
}
