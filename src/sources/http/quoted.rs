//! What is shown of what a platform says. It may quote the question's own address, in which credentials may stand:
//! of an address only scheme, host and path are shown.

use reqwest::Url;

use crate::domain::text;

/// How much is shown, in characters.
const SHOWN: usize = 200;

/// Where a question that was asked here is sent on to.
pub(super) fn leads_to(asked: &Url, location: Option<&str>) -> String {
    let Some(location) = location else {
        return "nowhere".to_owned();
    };
    let found = asked.join(location).ok();
    let Some(mut to) = found.filter(|to| matches!(to.scheme(), "http" | "https")) else {
        return "what is no address of the web".to_owned();
    };
    to.set_query(None);
    to.set_fragment(None);
    // Neither can fail for an address that has a host.
    let _ = to.set_username("").and_then(|()| to.set_password(None));
    said(to.as_str())
}

/// The beginning of a body, in one line.
pub(super) fn body(body: &[u8]) -> String {
    let beginning = String::from_utf8_lossy(&body[..body.len().min(4 * SHOWN)]);
    let line = said(&beginning);
    if line.is_empty() {
        "nothing more is said".to_owned()
    } else {
        line
    }
}

/// The beginning of a text, in one line.
pub(super) fn said(said: &str) -> String {
    text::shown(&without_queries(said), SHOWN)
}

/// Leaves out what follows a question mark, up to where an address ends.
fn without_queries(text: &str) -> String {
    let mut left = text;
    let mut shown = String::new();
    while let Some(at) = query_in(left) {
        shown.push_str(&left[..at]);
        shown.push_str("?…");
        let behind = &left[at..];
        left = &behind[behind.find(ends_address).unwrap_or(behind.len())..];
    }
    shown + left
}

/// Where something follows a question mark, or one that is written as addresses within addresses have it.
fn query_in(text: &str) -> Option<usize> {
    let marks = ["?", "%3F", "%3f", "\\u003F", "\\u003f"];
    let found = marks.iter().flat_map(|mark| {
        let follows = move |at: &usize| {
            let behind = &text[at + mark.len()..];
            !behind.is_empty() && !behind.starts_with(ends_address)
        };
        text.match_indices(mark).map(|(at, _)| at).filter(follows)
    });
    found.min()
}

fn ends_address(c: char) -> bool {
    c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>' | '`')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_without_what_may_be_secret() {
        for (said_there, shown) in [
            ("no", "no"),
            ("Who are you? Nobody.", "Who are you? Nobody."),
            ("Why?", "Why?"),
            ("{\"error\":\"why?\"}", "{\"error\":\"why?\"}"),
            ("https://a.example/b?c=d e", "https://a.example/b?… e"),
            (
                "<a href=\"/b?secret=1&amp;x\">/b?secret=1</a>\n<p>b",
                "<a href=\"/b?…\">/b?…</a> <p>b",
            ),
            (
                r#"{"url":"https:\/\/a.example\/b?u=https:\/\/c?d=secret","x":1}"#,
                r#"{"url":"https:\/\/a.example\/b?…","x":1}"#,
            ),
            (
                "to=https%3A%2F%2Fa%2Fb%3Fsecret%3D1 x",
                "to=https%3A%2F%2Fa%2Fb?… x",
            ),
            (r"a\u003fsecret", "a?…"),
            ("ä?ö=ü", "ä?…"),
        ] {
            assert_eq!(said(said_there), shown, "{said_there}");
        }
        assert_eq!(body(b" \n "), "nothing more is said");
        assert_eq!(said(&"x".repeat(300)).len(), SHOWN);
    }

    #[test]
    fn where_an_answer_leads_on_is_shown_without_what_may_be_secret() {
        let asked = Url::parse("https://a.example/api/orders?secret=1").expect("an address");
        for (location, shown) in [
            (None, "nowhere"),
            (Some("/x?secret=1"), "https://a.example/x"),
            (Some("?secret=1"), "https://a.example/api/orders"),
            (Some("//b.example/x#secret"), "https://b.example/x"),
            (
                Some("https://me:secret@b.example/x?y"),
                "https://b.example/x",
            ),
            (
                Some("https://b.example/a%3Fsecret"),
                "https://b.example/a?…",
            ),
            (
                Some("data:text/plain,secret"),
                "what is no address of the web",
            ),
            (Some("https://:secret"), "what is no address of the web"),
        ] {
            assert_eq!(leads_to(&asked, location), shown, "{location:?}");
        }
    }
}
