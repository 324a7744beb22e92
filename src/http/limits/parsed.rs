//! Documents that were let in of late, parsed: dashboards ask the same few again and again, and parsing is up to a
//! fifth of what an answer costs.

use std::sync::Arc;

use async_graphql::Request;
use async_graphql::parser::types::ExecutableDocument;
use quick_cache::Weighter;
use quick_cache::sync::Cache;

/// How many bytes of text are remembered. Parsed, they take some thirty times as much.
const MOST_BYTES: u64 = 64 << 10;
/// About how many documents that makes.
const DOCUMENTS: usize = 64;

/// The documents, by their texts. Clones remember together.
#[derive(Clone, Debug)]
pub(super) struct Parsed(Arc<Cache<String, Arc<ExecutableDocument>, ByLength>>);

#[derive(Clone, Debug)]
struct ByLength;

impl Weighter<String, Arc<ExecutableDocument>> for ByLength {
    fn weight(&self, text: &String, _: &Arc<ExecutableDocument>) -> u64 {
        text.len() as u64
    }
}

impl Parsed {
    /// None yet.
    pub fn new() -> Self {
        Self(Arc::new(Cache::with_weighter(
            DOCUMENTS, MOST_BYTES, ByLength,
        )))
    }

    /// Spares a request its parsing, where its text is remembered; whether it is.
    pub fn give(&self, request: &mut Request) -> bool {
        let known = self.0.get(request.query.as_str());
        let is_known = known.is_some();
        if let Some(document) = known {
            request.set_parsed_query(ExecutableDocument::clone(&document));
        }
        is_known
    }

    /// Remembers a text that was let in.
    pub fn remember(&self, text: &str, document: ExecutableDocument) {
        self.0.insert(text.to_owned(), Arc::new(document));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(text: &str) -> Request {
        Request::new(text)
    }

    fn remember(parsed: &Parsed, text: &str) {
        let document = request(text).parsed_query().unwrap().clone();
        parsed.remember(text, document);
    }

    #[test]
    fn a_text_is_known_again_as_it_was_and_no_other() {
        let parsed = Parsed::new();
        remember(&parsed, "{ a }");
        let mut again = request("{ a }");
        assert!(parsed.give(&mut again));
        let given = format!("{:?}", again.parsed_query().unwrap());
        let mut other = request("{ a }");
        assert_eq!(given, format!("{:?}", other.parsed_query().unwrap()));
        assert!(!parsed.give(&mut request("{ a  }")));
    }

    #[test]
    fn no_more_is_remembered_than_there_is_room_for() {
        let parsed = Parsed::new();
        for number in 0..2 * MOST_BYTES / 1_000 {
            remember(&parsed, &format!("{{ a{number:<995} }}"));
        }
        assert!(parsed.0.weight() <= MOST_BYTES, "{}", parsed.0.weight());
        assert!(parsed.0.weight() > MOST_BYTES / 2, "{}", parsed.0.weight());
    }
}
