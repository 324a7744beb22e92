//! How many values a JSON text has, counted before any is made of it: of two bytes of text comes a value of some
//! seventy, and as much again where it has a name.

/// About what a value takes in memory with its name, in bytes, its text left out.
pub const BYTES_OF_VALUE: u64 = 128;

/// How many values there are: lists and objects, and what is in them. What is no JSON has some number.
pub fn count(json: &[u8]) -> u64 {
    let mut values = 1;
    let mut rest = json;
    // Right behind the bracket that opened a list or an object, of which it is not known yet whether it is empty.
    let mut is_open = false;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match byte {
            b' ' | b'\t' | b'\n' | b'\r' => continue,
            b',' => values += 1,
            b']' | b'}' => {}
            _ => values += u64::from(is_open),
        }
        is_open = matches!(byte, b'[' | b'{');
        if byte == b'"' {
            rest = behind_string(after);
        }
    }
    values
}

fn behind_string(mut text: &[u8]) -> &[u8] {
    loop {
        text = match text {
            [b'"', after @ ..] => return after,
            [b'\\', _, after @ ..] | [_, after @ ..] => after,
            [] => return text,
        };
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::Value;

    use super::*;

    fn values(json: &Value) -> u64 {
        match json {
            Value::List(elements) => 1 + elements.iter().map(values).sum::<u64>(),
            Value::Object(fields) => 1 + fields.values().map(values).sum::<u64>(),
            _ => 1,
        }
    }

    #[test]
    fn each_value_is_counted_once() {
        for json in [
            "1",
            " null ",
            r#""a,[{\"b,""#,
            "[]",
            "[ ]",
            "{}",
            "[0]",
            "[0,0,0]",
            "[[],[]]",
            "[[[]]]",
            "[{},[1],{\"a\":{}}]",
            r#"{"a":1}"#,
            r#"{"a":[1,2,{"b":null,"c":"\\"}],"d":{"e":[[]]}}"#,
            "[\n1\t,\r\n2 ]",
            r#"["\\\"", "]", ","]"#,
        ] {
            let read: Value = serde_json::from_str(json).unwrap();
            assert_eq!(count(json.as_bytes()), values(&read), "{json}");
        }
    }

    #[test]
    fn what_is_no_json_is_counted_to_its_end() {
        for text in ["", "\"", "\"\\", "]]]]", "[[[[", "{\"a", ",,,"] {
            assert!(count(text.as_bytes()) <= 1 + text.len() as u64, "{text}");
        }
    }

    #[test]
    fn a_value_takes_no_more_than_is_reckoned() {
        let with_name = size_of::<Value>() + size_of::<async_graphql::Name>() + 32;
        assert!(with_name as u64 <= BYTES_OF_VALUE, "{with_name}");
    }
}
