//! Statements that differ only in how many values they carry are one statement to the walk.

/// A statement with its parameters named alike, and lists of them in brackets and rows of those cut to the
/// first. Elsewhere a parameter may stand for a column, and its place counts.
pub fn folded(sql: &str) -> String {
    let lists = cut(&with_one_parameter(sql), "($1", ", $1");
    cut(&lists, "($1)", ", ($1)")
}

/// Every `$n` as `$1`.
fn with_one_parameter(sql: &str) -> String {
    let mut pieces = sql.split('$');
    let mut text = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let rest = piece.trim_start_matches(|it: char| it.is_ascii_digit());
        text.push('$');
        if rest.len() < piece.len() {
            text.push('1');
        }
        text.push_str(rest);
    }
    text
}

/// The text without what is said again after what was said first.
fn cut(text: &str, first: &str, again: &str) -> String {
    let (mut short, mut rest) = (String::new(), text);
    while let Some(at) = rest.find(first) {
        let (before, after) = rest.split_at(at + first.len());
        short.push_str(before);
        rest = after;
        while let Some(after) = rest.strip_prefix(again) {
            rest = after;
        }
    }
    short + rest
}

#[test]
fn lists_and_rows_are_cut_to_the_first() {
    let sql = "INSERT INTO t (a, b) VALUES ($1, $2), ($3, $4), ($5, $6)";
    assert_eq!(folded(sql), "INSERT INTO t (a, b) VALUES ($1)");
    let sql = "INSERT INTO t (a, b) SELECT $1, $2 FROM u WHERE a IN ($3, $4, $5)";
    assert_eq!(
        folded(sql),
        "INSERT INTO t (a, b) SELECT $1, $1 FROM u WHERE a IN ($1)"
    );
}
