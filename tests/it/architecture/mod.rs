//! DESIGN §3 held to the letter: which folder may know what, read from the sources as text.
//!
//! The compiler does not keep these promises, since within a crate every module may use every other.

mod rules;
mod source;

use rules::{ARROWS, RULES, Rule, STILL_TO_BE_WRITTEN};
use source::{Source, mentions, modules_of_ours, sources_in};

#[test]
fn sources_mention_only_what_they_may() {
    let offences: Vec<_> = RULES.iter().flat_map(Rule::offences).collect();
    assert!(offences.is_empty(), "\n{}", offences.join("\n"));
}

#[test]
fn folders_use_only_what_is_below_them() {
    let offences: Vec<_> = ARROWS
        .iter()
        .flat_map(|(folder, uses)| upward(folder, uses))
        .collect();
    assert!(offences.is_empty(), "\n{}", offences.join("\n"));
}

#[test]
fn no_check_is_empty() {
    let is_missing = |folder: &str| sources_in(folder).is_empty();
    let of_rules = RULES.iter().flat_map(|rule| rule.folders);
    let of_arrows = ARROWS.iter().map(|(folder, _)| format!("src/{folder}"));
    for folder in of_rules.map(ToString::to_string).chain(of_arrows) {
        let may_be_empty = STILL_TO_BE_WRITTEN.contains(&folder.as_str());
        assert!(
            may_be_empty || !is_missing(&folder),
            "nothing to check in {folder}"
        );
    }
    let mut still = STILL_TO_BE_WRITTEN.iter();
    assert!(
        STILL_TO_BE_WRITTEN.is_empty() || still.any(|folder| is_missing(folder)),
        "every folder is there now: empty STILL_TO_BE_WRITTEN"
    );
}

#[test]
fn every_forbidden_word_is_found() {
    for rule in RULES {
        for word in rule.forbids {
            let source = Source::of("src/x.rs", &format!("// fine\nlet x = {word};"));
            assert_eq!(rule.offences_in(&source).len(), 1, "{word:?} goes unseen");
        }
    }
}

impl Rule {
    fn offences(&self) -> Vec<String> {
        let mut sources: Vec<_> = self
            .folders
            .iter()
            .flat_map(|folder| sources_in(folder))
            .collect();
        sources.retain(|source| {
            !self
                .except
                .iter()
                .any(|except| source.path.starts_with(except))
        });
        sources
            .iter()
            .flat_map(|source| self.offences_in(source))
            .collect()
    }

    fn offences_in(&self, source: &Source) -> Vec<String> {
        let mut offences = Vec::new();
        for (number, line) in &source.lines {
            if let Some(word) = self.forbids.iter().find(|word| mentions(line, word)) {
                let (path, says) = (&source.path, self.says);
                offences.push(format!("{path}:{number}: {word:?}, but {says}"));
            }
        }
        offences
    }
}

/// Where a folder uses another that is not below it.
fn upward(folder: &str, below: &[&str]) -> Vec<String> {
    let is_folder = |module: &str| ARROWS.iter().any(|(name, _)| *name == module);
    let may_use = |module: &str| {
        let is_shared = folder != "domain" && !is_folder(module);
        module == folder || below.contains(&module) || is_shared
    };
    let mut offences = Vec::new();
    for source in sources_in(&format!("src/{folder}")) {
        let mut modules = modules_of_ours(&source);
        modules.retain(|module| !may_use(module));
        let offence = |module| format!("{}: crate::{module} is not below {folder}", source.path);
        offences.extend(modules.into_iter().map(offence));
    }
    offences
}
