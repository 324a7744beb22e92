//! Long work shows a progress bar on a terminal and stays quiet elsewhere, where its summary is enough.

use indicatif::{ProgressBar, ProgressStyle};

/// A bar that counts to `total`, or that only counts where the total is not known.
pub fn bar(what: &'static str, total: Option<u64>) -> ProgressBar {
    let bar = total.map_or_else(ProgressBar::no_length, ProgressBar::new);
    let template = match total {
        Some(_) => "{msg} [{wide_bar}] {human_pos}/{human_len}",
        None => "{msg} {human_pos} {spinner}",
    };
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style.progress_chars("=> "));
    }
    bar.with_message(what)
}
