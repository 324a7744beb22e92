//! Where a page lies in its list.

use async_graphql::Object;

use super::Cursor;
use crate::graphql::errors::Result;

/// Where a page begins and ends.
#[derive(Clone, Debug)]
pub struct PageInfo {
    has_next: bool,
    has_previous: bool,
    start: Option<Cursor>,
    end: Option<Cursor>,
}

impl PageInfo {
    /// A page of the rows with these cursors.
    pub fn new(cursors: &[Cursor], has_next: bool, has_previous: bool) -> Self {
        Self {
            has_next,
            has_previous,
            start: cursors.first().cloned(),
            end: cursors.last().cloned(),
        }
    }
}

/// Where a page lies in its list, and how to get the next one.
#[Object(serial)]
impl PageInfo {
    /// Whether rows follow. Read backwards (`last`), whether `before` was given.
    async fn has_next_page(&self) -> bool {
        self.has_next
    }

    /// Whether rows come before. Read forwards (`first`), whether `after` was given.
    async fn has_previous_page(&self) -> bool {
        self.has_previous
    }

    /// The cursor of the page's first row, for `before`; null on an empty page.
    async fn start_cursor(&self) -> Result<Option<String>> {
        Ok(self.start.as_ref().map(Cursor::encode).transpose()?)
    }

    /// The cursor of the page's last row, for `after`; null on an empty page.
    async fn end_cursor(&self) -> Result<Option<String>> {
        Ok(self.end.as_ref().map(Cursor::encode).transpose()?)
    }
}
