//! What an answer comes to in a cell of the table: the code of its error, or what stands at the paths asked for.

use serde_json::Value;

/// The code of the only error; else what is found at each path, one after the other.
pub fn cell(answer: &Value, paths: &str) -> String {
    if let Some(errors) = answer.get("errors").and_then(Value::as_array) {
        assert_eq!(errors.len(), 1, "{answer}");
        return text(&errors[0]["extensions"]["code"]);
    }
    let data = &answer["data"];
    let found = paths
        .split(' ')
        .map(|path| at(data, &mut path.split('/')).join(" "));
    found.collect::<Vec<_>>().join(" ")
}

/// What is found at a path, in every element of the lists on it.
fn at<'a>(value: &Value, path: &mut (impl Iterator<Item = &'a str> + Clone)) -> Vec<String> {
    match value {
        Value::Null => vec!["null".to_owned()],
        Value::Array(elements) if elements.is_empty() => vec!["nothing".to_owned()],
        Value::Array(elements) => {
            let each = elements.iter();
            each.flat_map(|it| at(it, &mut path.clone())).collect()
        }
        _ => match path.next() {
            None => vec![text(value)],
            Some(field) => {
                let field = value.get(field);
                at(field.expect("a path names what was asked for"), path)
            }
        },
    }
}

fn text(value: &Value) -> String {
    let text = value.as_str().map(str::to_owned);
    text.unwrap_or_else(|| value.to_string())
}

#[test]
fn cells_tell_what_is_there_and_what_is_not() {
    let data = serde_json::json!({"data": {
        "a": {"b": "x", "c": 1}, "list": [{"b": "y"}, null, {"b": null}], "none": []
    }});
    for (paths, cell_says) in [
        ("a/b", "x"),
        ("a/b a/c", "x 1"),
        ("list/b none/b", "y null null nothing"),
    ] {
        assert_eq!(cell(&data, paths), cell_says);
    }
    let error =
        serde_json::json!({"data": null, "errors": [{"extensions": {"code": "FORBIDDEN"}}]});
    assert_eq!(cell(&error, "a/b"), "FORBIDDEN");
}
