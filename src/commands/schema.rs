//! `cashable schema`: the API's contract as text.

use std::process::ExitCode;

pub fn run() -> ExitCode {
    print!("{}", cashable::graphql::sdl());
    ExitCode::SUCCESS
}
