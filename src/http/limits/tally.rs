//! What a selection comes to, with each fragment counted wherever it is spread. All of it stops at the largest
//! number instead of going over it: a short document can ask for 2^30 fields.

/// The counts of a selection and all that is below it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Fields.
    pub fields: u64,
    /// Fields of the selection itself.
    pub fields_here: u64,
    /// Names that were given to fields.
    pub aliases: u64,
    /// Directives.
    pub directives: u64,
    /// Fragments spread, and those written in place.
    pub fragments: u64,
    /// How deep fields nest.
    pub depth: u64,
    /// How deep selections nest, those of fragments in those that they are spread in.
    pub nesting: u64,
    /// Points.
    pub cost: u64,
    /// Points for each row of the page that the selection is made of, on top of the others.
    pub cost_a_row: u64,
}

impl Tally {
    /// Both side by side.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            fields: self.fields.saturating_add(other.fields),
            fields_here: self.fields_here.saturating_add(other.fields_here),
            aliases: self.aliases.saturating_add(other.aliases),
            directives: self.directives.saturating_add(other.directives),
            fragments: self.fragments.saturating_add(other.fragments),
            depth: self.depth.max(other.depth),
            nesting: self.nesting.max(other.nesting),
            cost: self.cost.saturating_add(other.cost),
            cost_a_row: self.cost_a_row.saturating_add(other.cost_a_row),
        }
    }

    /// Points, on a page of so many rows.
    #[must_use]
    pub fn cost_on_page(self, rows: u64) -> u64 {
        self.cost
            .saturating_add(self.cost_a_row.saturating_mul(rows))
    }
}
