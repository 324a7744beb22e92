//! Statements that differ only in how many values they carry are one statement to the walk.

/// A statement with its parameters named alike, and lists of parameters and rows of them cut to the first.
pub fn folded(sql: &str) -> String {
    let mut text = with_one_parameter(sql);
    for repeated in [", $1", ", ($1)"] {
        let once = repeated.trim_start_matches(", ");
        let twice = format!("{once}{repeated}");
        while text.contains(&twice) {
            text = text.replace(&twice, once);
        }
    }
    text
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

#[test]
fn lists_and_rows_are_cut_to_the_first() {
    let sql = "INSERT INTO t (a, b) VALUES ($1, $2), ($3, $4), ($5, $6) RETURNING a IN ($7, $8)";
    assert_eq!(
        folded(sql),
        "INSERT INTO t (a, b) VALUES ($1) RETURNING a IN ($1)"
    );
}
