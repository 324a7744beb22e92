//! The arguments that every paged field takes.

use super::{Listing, cursor};
use crate::error::{Error, Result};
use crate::reports::{PageRequest, Sorting};

/// The most rows of one page, and the most ids of one call.
pub const MOST: usize = 250;

/// `first`, `after`, `last` and `before` as they came.
#[derive(Debug)]
pub struct PageArgs {
    pub first: Option<i32>,
    pub after: Option<String>,
    pub last: Option<i32>,
    pub before: Option<String>,
}

impl PageArgs {
    /// The page of a list in this order that they ask for.
    pub fn request<L: Listing, S: Sorting>(&self, _of: &L, sort: S) -> Result<PageRequest> {
        if self.first.is_some() && self.last.is_some() {
            return Err(Error::BadInput(
                "first and last exclude each other: give one of them".to_owned(),
            ));
        }
        let position = |text: &Option<String>| {
            let text = text.as_deref();
            text.map(|text| cursor::decode(L::NAME, sort, text))
                .transpose()
        };
        Ok(PageRequest {
            first: size("first", self.first)?,
            last: size("last", self.last)?,
            after: position(&self.after)?,
            before: position(&self.before)?,
        })
    }
}

fn size(name: &str, size: Option<i32>) -> Result<Option<u64>> {
    let Some(size) = size else {
        return Ok(None);
    };
    match u64::try_from(size) {
        Ok(rows) if rows <= MOST as u64 => Ok(Some(rows)),
        _ => Err(Error::BadInput(format!(
            "{name} must lie between 0 and {MOST}, not {size}"
        ))),
    }
}
