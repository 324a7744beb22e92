//! Rust sources as text: lines without comments, the words in them, and the modules that they use.

use std::fs;
use std::path::Path;

use crate::support::repository;

/// One file: its path within the repository, and its numbered lines of code.
pub struct Source {
    pub path: String,
    pub lines: Vec<(usize, String)>,
}

impl Source {
    /// Comments may name what code may not.
    pub fn of(path: &str, text: &str) -> Self {
        let code = text.lines().enumerate();
        let code = code.filter(|(_, line)| !line.trim_start().starts_with("//"));
        Self {
            path: path.to_owned(),
            lines: code
                .map(|(index, line)| (index + 1, line.to_owned()))
                .collect(),
        }
    }
}

/// Every Rust file in a folder of the repository; none where the folder is missing.
pub fn sources_in(folder: &str) -> Vec<Source> {
    let Ok(entries) = fs::read_dir(repository(folder)) else {
        return Vec::new();
    };
    let paths = entries.map(|entry| format!("{folder}/{}", entry.unwrap().file_name().display()));
    paths.flat_map(|path| sources_at(&path)).collect()
}

fn sources_at(path: &str) -> Vec<Source> {
    let file = repository(path);
    if file.is_dir() {
        return sources_in(path);
    }
    if Path::new(path).extension() != Some("rs".as_ref()) {
        return Vec::new();
    }
    vec![Source::of(path, &fs::read_to_string(file).unwrap())]
}

/// Whether a line has the word, and not only at the end of another: `axum` is not in `maxum`.
pub fn mentions(line: &str, word: &str) -> bool {
    let begins_a_name = word.starts_with(is_of_a_name);
    line.match_indices(word)
        .any(|(at, _)| !(begins_a_name && line[..at].ends_with(is_of_a_name)))
}

fn is_of_a_name(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// The modules of this crate that a source names: `a` and `b` in `crate::a::A` and `crate::{a, b::B}`.
pub fn modules_of_ours(source: &Source) -> Vec<String> {
    let lines: Vec<_> = source.lines.iter().map(|(_, line)| line.as_str()).collect();
    let text = lines.join(" ");
    let paths = text
        .match_indices("crate::")
        .map(|(at, found)| &text[at + found.len()..]);
    paths.flat_map(first_names).collect()
}

/// The names at the outermost level of what follows `crate::`, one or a group in braces.
fn first_names(path: &str) -> Vec<String> {
    let Some(group) = path.strip_prefix('{') else {
        return vec![name_at_start(path)];
    };
    let mut depth = 1;
    let mut names = vec![name_at_start(group)];
    for (at, character) in group.char_indices() {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 1 => names.push(name_at_start(&group[at + 1..])),
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

fn name_at_start(path: &str) -> String {
    path.trim_start()
        .chars()
        .take_while(|&c| is_of_a_name(c))
        .collect()
}

#[test]
fn comments_are_not_code() {
    let source = Source::of("x.rs", "//! sea_orm\n  // sea_orm\nuse sea_orm;");
    assert_eq!(source.lines, [(3, "use sea_orm;".to_owned())]);
}

#[test]
fn a_word_is_found_where_it_begins() {
    assert!(mentions("use axum::Router;", "axum"));
    assert!(mentions("use axum_extra::Router;", "axum"));
    assert!(mentions("rows().await?", ".await"));
    assert!(!mentions("use maxum::Router;", "axum"));
    assert!(!mentions("ShopUpdate::new()", "Update::"));
}

#[test]
fn modules_are_found_in_paths_and_groups() {
    let text = "use crate::{\n    app::{App, X},\n    ledger,\n};\nfn f(e: crate::error::Error) {}";
    assert_eq!(
        modules_of_ours(&Source::of("x.rs", text)),
        ["app", "ledger", "error"]
    );
}
