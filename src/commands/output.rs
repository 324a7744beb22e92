//! What commands print. Whoever reads it may stop to, as `head` does: then the command ends, quietly.

use std::fmt;
use std::io::{self, ErrorKind, Write};
use std::process;

/// Prints a line, as `println!` does for those who read on.
macro_rules! say {
    ($($part:tt)*) => { $crate::commands::output::line(format_args!($($part)*)) };
}
pub(super) use say;

/// Prints a line.
pub(super) fn line(line: fmt::Arguments<'_>) {
    if let Err(error) = writeln!(io::stdout().lock(), "{line}") {
        end(&error);
    }
}

fn end(error: &io::Error) -> ! {
    if error.kind() == ErrorKind::BrokenPipe {
        process::exit(0);
    }
    eprintln!("error: nothing can be printed: {error}");
    process::exit(1);
}
