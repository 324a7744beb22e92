//! What DESIGN §4 asks of every statement so that it runs where tables are distributed by shop.

use std::fmt;

/// A rule, and the only thing that is said of a statement that breaks it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// What cannot be read cannot be held to anything.
    Readable,
    /// A kind of statement that nobody has thought about yet.
    Known,
    OneShop,
    LocksWithinAShop,
    InsertNamesTheShop,
    ConflictNamesTheShop,
    ShopStays,
    TimeIsBound,
    NoLateral,
    OneNodeKnows,
    KeysHoldTheShop,
    NothingHappensByItself,
}

impl Rule {
    pub const ALL: &[Self] = &[
        Self::Readable,
        Self::Known,
        Self::OneShop,
        Self::LocksWithinAShop,
        Self::InsertNamesTheShop,
        Self::ConflictNamesTheShop,
        Self::ShopStays,
        Self::TimeIsBound,
        Self::NoLateral,
        Self::OneNodeKnows,
        Self::KeysHoldTheShop,
        Self::NothingHappensByItself,
    ];

    #[rustfmt::skip]
    const fn says(self) -> &'static str {
        match self {
            Self::Readable => "a statement must be one that the walk can read",
            Self::Known => "a statement must be of a kind whose behaviour on Citus was thought about",
            Self::OneShop => "every table must have its shop_id bound to a value, or to the shop_id of one that is",
            Self::LocksWithinAShop => "rows are locked within one shop only",
            Self::InsertNamesTheShop => "an INSERT names shop_id, and selects it in that place",
            Self::ConflictNamesTheShop => "ON CONFLICT names columns, shop_id among them",
            Self::ShopStays => "the shop_id of a row never changes",
            Self::TimeIsBound => "time and chance are bound parameters",
            Self::NoLateral => "nothing is joined laterally",
            Self::OneNodeKnows => "advisory locks, LISTEN and NOTIFY are known to one node alone",
            Self::KeysHoldTheShop => "primary, unique and foreign keys hold shop_id",
            Self::NothingHappensByItself => "there are no triggers and no ON DELETE SET NULL",
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.says())
    }
}

/// How a statement breaks a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offence {
    pub rule: Rule,
    /// The table, function or clause that does.
    pub what: String,
}

impl Offence {
    pub fn new(rule: Rule, what: impl fmt::Display) -> Self {
        let what = what.to_string();
        Self { rule, what }
    }
}

impl fmt::Display for Offence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.rule, self.what)
    }
}
