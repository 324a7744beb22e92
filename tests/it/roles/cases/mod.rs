//! The table: what is asked, where to look in the answer, and what each viewer sees there. Every field on a path
//! has its case by it.

mod affiliates;
mod changes;
mod figures;
mod orders;
mod shops;
mod sources;
mod sync;
mod transactions;

pub use self::changes::CHANGES;

/// What is asked, with rows by their names in the crowd; paths to what is looked at; and what is seen there by
/// nobody, anna, bert, an analyst, an admin and the admin of another shop.
pub struct Case {
    pub document: &'static str,
    pub paths: &'static str,
    pub seen: [&'static str; 6],
}

/// Who may not ask, and who may not ask this, is told by a code.
const NO: &str = "UNAUTHENTICATED";
const STAFF: &str = "FORBIDDEN";
const BAD: &str = "BAD_USER_INPUT";

const fn case(document: &'static str, paths: &'static str, seen: [&'static str; 6]) -> Case {
    Case {
        document,
        paths,
        seen,
    }
}

/// Queries, which change nothing.
pub const QUESTIONS: [&[Case]; 7] = [
    shops::CASES,
    orders::CASES,
    affiliates::CASES,
    transactions::CASES,
    figures::CASES,
    sync::CASES,
    sources::CASES,
];

/// A run that is over is told once.
pub const RUN_FOLLOWED: Case = case(
    "subscription { syncProgress(runId: <run>) { state transitions { transactions } } }",
    "syncProgress/state syncProgress/transitions/transactions",
    [NO, STAFF, STAFF, "SUCCEEDED 1 3 1", "SUCCEEDED 1 3 1", BAD],
);

/// Whose transactions somebody is told of while all of them change.
pub const WATCHED: Case = case(
    "subscription { transactionChanged { affiliate { name } } }",
    "transactionChanged/affiliate/name",
    [NO, "Anna", "Bert", "Anna Bert", "Anna Bert", "Cora"],
);

/// Every case there is.
pub fn all() -> impl Iterator<Item = &'static Case> {
    let questions = QUESTIONS.iter().flat_map(|table| table.iter());
    questions.chain(CHANGES).chain([&RUN_FOLLOWED, &WATCHED])
}
