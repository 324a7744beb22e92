//! Reads many rows by id with few statements.

use sea_orm::prelude::Uuid;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Select};

use crate::error::Result;

/// The most ids of one statement, far below what SQLite takes as parameters.
const MOST_IDS: usize = 5_000;

/// Cuts ids into lists for `IN`. Each is filled up with its last id to a power of two, so that
/// statements come in few lengths and the database finds them prepared.
pub(super) fn id_lists(ids: &[Uuid]) -> impl Iterator<Item = Vec<Uuid>> {
    ids.chunks(MOST_IDS).map(|chunk| {
        let mut list = chunk.to_vec();
        if let Some(last) = chunk.last() {
            list.resize(chunk.len().next_power_of_two().min(MOST_IDS), *last);
        }
        list
    })
}

/// The rows of `query` whose `column` is one of `ids`.
pub(super) async fn read_by_ids<E: EntityTrait>(
    db: &impl ConnectionTrait,
    query: Select<E>,
    column: E::Column,
    ids: &[Uuid],
) -> Result<Vec<E::Model>> {
    let mut rows = Vec::with_capacity(ids.len());
    for list in id_lists(ids) {
        rows.extend(query.clone().filter(column.is_in(list)).all(db).await?);
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_come_in_few_lengths_and_hold_every_id() {
        let ids: Vec<Uuid> = (0..5_003).map(Uuid::from_u128).collect();
        let lists: Vec<Vec<Uuid>> = id_lists(&ids).collect();
        let lengths: Vec<usize> = lists.iter().map(Vec::len).collect();
        assert_eq!(lengths, vec![5_000, 4]);
        let mut read = lists.concat();
        read.dedup();
        assert_eq!(read, ids);
        assert_eq!(id_lists(&[]).count(), 0);
    }
}
