//! Which columns of a table are read: what nobody asks for need not come from the database at all.

use std::mem::discriminant;

use sea_orm::Iterable;

/// Columns by their places in their table, of which there are no more than 64.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Columns(u64);

impl Columns {
    /// Every one.
    pub const ALL: Self = Self(u64::MAX);
    /// None but those that are always read.
    pub const NONE: Self = Self(0);

    /// These, of a table.
    pub fn of<C: Iterable>(columns: &[C]) -> Self {
        let is_asked = |it: &C| {
            columns
                .iter()
                .any(|asked| discriminant(asked) == discriminant(it))
        };
        let asked = C::iter()
            .zip(0_u32..)
            .filter(|(column, _)| is_asked(column));
        Self(asked.fold(0, |bits, (_, place)| bits | 1 << place))
    }

    /// Those whose places are marked.
    pub(super) const fn marked<const N: usize>(marks: [bool; N]) -> Self {
        let (mut bits, mut place) = (0, 0);
        while place < N {
            if marks[place] {
                bits |= 1 << place;
            }
            place += 1;
        }
        Self(bits)
    }

    /// Both.
    #[must_use]
    pub const fn and(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    /// Whether the column at this place is one of them.
    pub(super) const fn has(self, place: usize) -> bool {
        self.0 >> place & 1 == 1
    }
}
