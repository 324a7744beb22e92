//! `cashable schema`: the API's contract as text.

use std::process::ExitCode;

use super::output::say;

pub fn run() -> ExitCode {
    say!("{}", cashable::graphql::sdl().trim_end());
    ExitCode::SUCCESS
}
