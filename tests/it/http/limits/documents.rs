//! Each limit of a document: what reaches it is run, and what goes one past it is refused with its name and the
//! two numbers, whatever it is set to.

use std::num::NonZeroU64;

use axum::http::StatusCode;
use cashable::http::{DocumentLimits, Settings};
use serde_json::json;

use super::ways::{Caller, Told, WAYS, Way};
use super::{PLAIN, Server, admin, numbered, post};
use crate::support::TestApp;
use crate::support::served::Served;

/// A limit: what it is called in a refusal, its setting, and a document with so many of what it limits.
struct Limit {
    name: &'static str,
    set: fn(&mut DocumentLimits, u64),
    usual: u64,
    other: u64,
    document: fn(usize) -> String,
}

#[rustfmt::skip]
const LIMITS: [Limit; 9] = [
    Limit { name: "bytes of text", set: |it, to| it.max_text_bytes = some(to), usual: 16_384, other: 100, document: |size| {
        format!("{{ viewer {{ name }}{} }}", " ".repeat(size - 19))
    } },
    Limit { name: "levels of nesting", set: |it, to| it.max_nesting = to, usual: 32, other: 5, document: |size| {
        format!("{}{{ __typename }}{}", "{ ...".repeat(size - 1), "}".repeat(size - 1))
    } },
    Limit { name: "levels of fields", set: |it, to| it.max_depth = some(to), usual: 16, other: 5, document: |size| {
        format!("{{ __type(name: \"ID\") {}{{ name }}{} }}", "{ ofType ".repeat(size - 2), "}".repeat(size - 2))
    } },
    Limit { name: "fields", set: |it, to| it.max_fields = some(to), usual: 1_000, other: 5, document: |size| {
        format!("{{ viewer {{ {} }} }}", "name ".repeat(size - 1))
    } },
    Limit { name: "fields of a root", set: |it, to| it.max_root_fields = some(to), usual: 20, other: 3, document: |size| {
        format!("{{ {} }}", "viewer { name } ".repeat(size))
    } },
    Limit { name: "aliases", set: |it, to| it.max_aliases = some(to), usual: 50, other: 2, document: |size| {
        format!("{{ viewer {{ {} }} }}", numbered(size, "a# : name "))
    } },
    Limit { name: "directives", set: |it, to| it.max_directives = some(to), usual: 50, other: 2, document: |size| {
        format!("{{ viewer {{ {} }} }}", "name @skip(if: false) ".repeat(size))
    } },
    Limit { name: "fragments", set: |it, to| it.max_fragments = some(to), usual: 200, other: 4, document: |size| {
        format!("{{ viewer {{ {} }} }}", "... { name } ".repeat(size))
    } },
    Limit { name: "operations", set: |it, to| it.max_operations = some(to), usual: 10, other: 2, document: |size| {
        numbered(size, "query A# { viewer { name } } ")
    } },
];

fn some(number: u64) -> NonZeroU64 {
    NonZeroU64::new(number).unwrap()
}

/// On every way alike.
async fn assert_held(caller: &Caller<'_>, limit: &Limit, allowed: u64) {
    let document = |size: u64| (limit.document)(usize::try_from(size).unwrap());
    let named = (limit.name == "operations").then_some("A0");
    for way in WAYS {
        let ask = async |size| {
            let mut asked = json!({ "query": document(size) });
            if let Some(named) = named {
                asked["operationName"] = json!(named);
            }
            caller.ask_for(way, &asked).await
        };
        ask(allowed).await.assert_data();
        assert_past(&ask(allowed + 1).await, limit.name, allowed, way);
    }
}

/// That a question was refused for being one past a limit.
fn assert_past(told: &Told, limit: &str, allowed: u64, way: Way) {
    if let Way::Post | Way::Link = way {
        assert_eq!(told.status, Some(StatusCode::OK));
    }
    assert_eq!(told.answer.get("data"), None);
    let extensions = told.extensions();
    assert_eq!(extensions["code"], "QUERY_TOO_COMPLEX", "{way:?}: {told:?}");
    let numbers = ["limit", "found", "allowed"].map(|name| &extensions[name]);
    let expected = [json!(limit), json!(allowed + 1), json!(allowed)];
    assert_eq!(numbers, expected.each_ref(), "{way:?}");
    let message = told.answer["errors"][0]["message"].as_str().unwrap();
    for part in [limit, &(allowed + 1).to_string(), &allowed.to_string()] {
        assert!(message.contains(part), "{way:?}: {message}");
    }
}

#[tokio::test]
async fn each_limit_lets_in_what_reaches_it_and_nothing_more() {
    let (app, Server { bearer, .. }) = Server::on_sqlite(&Settings::default()).await;
    for limit in LIMITS {
        for (is_set, allowed) in [(false, limit.usual), (true, limit.other)] {
            let mut settings = Settings::default();
            if is_set {
                (limit.set)(&mut settings.documents, allowed);
            }
            let server = &Served::start(&app, settings).await;
            let bearer = &bearer;
            assert_held(&Caller { server, bearer }, &limit, allowed).await;
        }
    }
}

#[tokio::test]
async fn a_cost_is_let_in_up_to_its_limit() {
    let (app, here) = Server::on_sqlite(&Settings::default()).await;
    let query = "{ ordersReport(first: 250) { nodes { number total { amount } } } }";
    let cost = here.ask(query).await.cost();
    for (allowed, is_let_in) in [(cost, true), (cost - 1, false)] {
        let mut settings = Settings::default();
        settings.documents.max_cost = some(allowed);
        let server = &Served::start(&app, settings).await;
        let caller = Caller {
            server,
            bearer: &here.bearer,
        };
        for way in WAYS {
            let told = caller.ask(way, query).await;
            if is_let_in {
                told.assert_data();
            } else {
                assert_past(&told, "points of cost", allowed, way);
            }
        }
    }
}

/// Each counts wherever it is spread, however it is written.
#[tokio::test]
async fn fragments_hide_nothing() {
    let (_app, server) = Server::on_sqlite(&Settings::default()).await;
    let of_viewer = |inner: &str| format!("fragment F on Viewer {{ {inner} }}");
    for (query, limit, found) in [
        (
            format!(
                "{{ viewer {{ {} }} }} {}",
                "...F ".repeat(100),
                of_viewer(&"name ".repeat(10))
            ),
            "fields",
            1_001,
        ),
        (
            format!(
                "{{ viewer {{ {} }} }} {}",
                "...F ".repeat(3),
                of_viewer(&numbered(17, "a#: name "))
            ),
            "aliases",
            51,
        ),
        (
            format!(
                "{{ viewer {{ {} }} }} {}",
                "...F ".repeat(3),
                of_viewer(&"name @skip(if: false) ".repeat(17))
            ),
            "directives",
            51,
        ),
        (
            format!(
                "{{ viewer {{ {} }} }} {}",
                "...F ".repeat(67),
                of_viewer(&"...{ name } ".repeat(2))
            ),
            "fragments",
            201,
        ),
        (
            "{ ...F ...F ...F } fragment F on Query { ".to_owned()
                + &"viewer { name } ".repeat(7)
                + "}",
            "fields of a root",
            21,
        ),
        (
            format!(
                "{{ viewer {{ name }} }} {}",
                numbered(201, "fragment F# on Viewer { name } ")
            ),
            "fragments",
            201,
        ),
    ] {
        let answer = server.ask(&query).await;
        let told = answer.told();
        let numbers = (&told["code"], &told["limit"], &told["found"]);
        assert_eq!(
            numbers,
            (&json!("QUERY_TOO_COMPLEX"), &json!(limit), &json!(found)),
            "{query}"
        );
    }
}

#[tokio::test]
async fn what_has_no_end_is_refused() {
    let (_app, server) = Server::on_sqlite(&Settings::default()).await;
    let twice =
        |name: &str, other: &str| format!("fragment {name} on Query {{ ...{other} ...{other} }} ");
    for query in [
        "{ ...A }".to_owned() + &twice("A", "A"),
        "{ ...A }".to_owned() + &twice("A", "B") + &twice("B", "A"),
        // Also where nobody spreads it.
        PLAIN.to_owned() + &twice("A", "B") + &twice("B", "C") + &twice("C", "A"),
    ] {
        let answer = server.ask(&query).await;
        assert_eq!(answer.code(), "QUERY_TOO_COMPLEX", "{}", answer.text);
        assert!(
            answer.message().contains("is spread within itself"),
            "{}",
            answer.message()
        );
        assert!(answer.told()["nodesWalked"].as_u64() <= Some(20));
    }
    // And what has one, after all the levels that one document can have.
    let chain = |at| {
        format!(
            "fragment F{at} on Query {{ {} }} ",
            "... { ".repeat(15) + &format!("...F{}", at + 1) + &"}".repeat(15)
        )
    };
    let query = "{ ...F0 } ".to_owned()
        + &(0..100).map(chain).collect::<Vec<_>>().concat()
        + "fragment F100 on Query { __typename }";
    let answer = server.ask(&query).await;
    assert_eq!(answer.told()["limit"], "levels of nesting");
    assert!(
        answer.message().contains("more than 32"),
        "{}",
        answer.message()
    );
}

/// Brackets that would end the parser's stack never reach it, and those in texts are no brackets.
#[tokio::test]
async fn brackets_are_counted_before_they_are_parsed() {
    let (_app, server) = Server::on_sqlite(&Settings::default()).await;
    let nested = |open: &str, close: &str| {
        let times = 16_000 / (open.len() + close.len());
        format!(
            "{{ order(id: {}1{}) {{ id }} }}",
            open.repeat(times),
            close.repeat(times)
        )
    };
    for query in [
        nested("[", "]"),
        nested("{a:", "}"),
        nested("[", ""),
        format!(
            "query($a: {}ID{}) {{ order(id: $a) {{ id }} }}",
            "[".repeat(8_000),
            "]".repeat(8_000)
        ),
        "{a".repeat(8_000),
        format!(
            r#"{{ orderByExternalId(externalId: ["""x"{}]) {{ id }} }}"#,
            nested("[", "]")
        ),
    ] {
        let query = &query[..query.len().min(16_384)];
        let told = server.ask(query).await.told();
        assert_eq!(
            (&told["limit"], &told["nodesWalked"]),
            (&json!("levels of nesting"), &json!(0))
        );
    }
    let text = "[{(".repeat(60);
    let query = format!(
        "{{ # {text}\n orderByExternalId(source: \"{text}\", externalId: \"\"\"{text}\"\"\") {{ id }} }}"
    );
    server.ask(&query).await.assert_data();
}

#[tokio::test]
async fn a_refusal_is_a_bad_request_to_those_who_ask_by_status() {
    let app = TestApp::on_sqlite().await;
    let (_, bearer) = admin(&app, None).await;
    let server = Server::new(&app, &Settings::default(), bearer);
    let body = json!({ "query": "{ viewer { name } }".repeat(2_000) });
    let mut request = post(&server.bearer, body.to_string());
    let accept = "application/graphql-response+json".parse().unwrap();
    request.headers_mut().insert("accept", accept);
    let answer = server.send(request).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert_eq!(answer.code(), "QUERY_TOO_COMPLEX");
}
