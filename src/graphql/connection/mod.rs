//! Connections by the Relay cursor specification: pages by position, `totalCount` counted only when asked for.

mod cursor;
mod macros;
mod page_args;
mod page_info;

use std::future::Future;

use async_graphql::Context;

pub use self::cursor::Cursor;
pub(in crate::graphql) use self::macros::connection;
pub use self::page_args::{MOST, PageArgs};
pub use self::page_info::PageInfo;
use crate::error;
use crate::reports::{Page, Sorting};

/// What pages are cut from: knows how to count itself, and what its cursors are good for.
pub trait Listing: Send + Sync {
    /// Part of its cursors, so that those of another field are refused.
    const NAME: &'static str;

    /// How many rows there are in all.
    fn count(&self, ctx: &Context<'_>) -> impl Future<Output = error::Result<u64>> + Send;
}

/// A page as a connection shows it.
#[derive(Debug)]
pub struct Nodes<N> {
    /// Each row with its cursor.
    pub rows: Vec<(Cursor, N)>,
    pub info: PageInfo,
}

impl<N> Nodes<N> {
    /// A page with its rows as objects, which `objects` makes in the same order.
    pub fn of<L: Listing, S: Sorting>(
        _of: &L,
        sort: S,
        page: Page<S::Row>,
        objects: impl FnOnce(Vec<S::Row>) -> Vec<N>,
    ) -> Self {
        let cursor = |row| Cursor::new(L::NAME, sort, row);
        let cursors: Vec<Cursor> = page.rows.iter().map(cursor).collect();
        let info = PageInfo::new(&cursors, page.has_next, page.has_previous);
        let rows = cursors.into_iter().zip(objects(page.rows)).collect();
        Self { rows, info }
    }
}
