//! Who may see and do what (DESIGN §6): each field of a root, and each that leads from one object to another,
//! asked by everybody who can stand before the API, over rows of two affiliates and two shops.
//!
//! The fields are read from the schema itself, so that a new one without a case fails.

mod cases;
mod cell;
mod crowd;
mod fields;
mod past;
mod watching;

use serde_json::Value;

use self::cases::{CHANGES, Case, QUESTIONS, RUN_FOLLOWED, WATCHED};
use self::cell::cell;
use self::crowd::{Crowd, VIEWERS};
use self::fields::{fields_on, told_less, wanted};
use crate::support::{TestApp, on_both};

on_both!(
    each_sees_what_the_design_lets_it_see,
    each_does_what_the_design_lets_it_do,
    each_follows_a_run_as_the_design_lets_it,
    each_is_told_of_the_changes_that_it_may_see,
);

#[tokio::test]
async fn every_field_that_leads_somewhere_has_a_case_for_everybody() {
    let schema = fields::schema_itself().await;
    let covered: Vec<String> = cases::all()
        .flat_map(|case| fields_on(&schema, case))
        .collect();
    assert_eq!(
        fields_on(&schema, &WATCHED),
        [
            "Subscription.transactionChanged",
            "Transaction.affiliate",
            "Affiliate.name"
        ]
    );
    let mut missing = wanted(&schema);
    assert!(missing.len() > 100, "{missing:?}");
    missing.extend(told_less(&schema));
    missing.retain(|field| !covered.contains(field));
    assert!(
        missing.is_empty(),
        "in no row of tests/it/roles/cases: {missing:#?}"
    );
}

async fn each_sees_what_the_design_lets_it_see(app: TestApp) {
    let crowd = Crowd::gather(app).await;
    let mut wrong = Vec::new();
    for case in QUESTIONS.iter().flat_map(|table| table.iter()) {
        for (number, who) in VIEWERS.into_iter().enumerate() {
            let answer = crowd.ask(who, case.document).await;
            expect(case, number, &answer, &mut wrong);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The admin comes last: what the others are not allowed to do is not done when its turn comes.
async fn each_does_what_the_design_lets_it_do(app: TestApp) {
    let crowd = Crowd::gather(app).await;
    let admin = VIEWERS.iter().position(|who| *who == "admin").unwrap();
    let others = (0..VIEWERS.len()).filter(|number| *number != admin);
    let turns: Vec<usize> = others.chain([admin]).collect();
    let mut wrong = Vec::new();
    for case in CHANGES {
        for number in turns.iter().copied() {
            let before = crowd.world.shop().await.revision;
            let answer = crowd.ask(VIEWERS[number], case.document).await;
            expect(case, number, &answer, &mut wrong);
            if number != admin && crowd.world.shop().await.revision != before {
                wrong.push(format!("{}, {}: wrote", case.document, VIEWERS[number]));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    crowd.world.assert_sound().await;
}

async fn each_follows_a_run_as_the_design_lets_it(app: TestApp) {
    let crowd = Crowd::gather(app).await;
    let mut wrong = Vec::new();
    for (number, who) in VIEWERS.into_iter().enumerate() {
        let answer = crowd.first_event(who, RUN_FOLLOWED.document).await;
        expect(&RUN_FOLLOWED, number, &answer, &mut wrong);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

async fn each_is_told_of_the_changes_that_it_may_see(app: TestApp) {
    let crowd = Crowd::gather(app).await;
    let heard = watching::heard(&crowd, &WATCHED).await;
    assert_eq!(heard, WATCHED.seen);
}

/// Notes where somebody sees something else than its cell says.
fn expect(case: &Case, number: usize, answer: &Value, wrong: &mut Vec<String>) {
    let (who, expected) = (VIEWERS[number], case.seen[number]);
    let seen = cell(answer, case.paths);
    if seen != expected {
        let document = case.document;
        wrong.push(format!(
            "{document}, {who}: {seen:?} instead of {expected:?}: {answer}"
        ));
    }
}
