//! `docs/fidelity.md` speaks of every command, and of no command that does not exist.

use std::collections::BTreeMap;

use streamlanes::command::table::COMMANDS;

#[test]
fn every_command_is_said_to_be_the_same_or_to_differ() {
    let page = include_str!("../docs/fidelity.md");
    let mut section = "";
    let mut places: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for line in page.lines() {
        if let Some(title) = line.strip_prefix("## ") {
            section = title;
        } else if section == "Commands whose replies are Redis's" && !line.ends_with(':') {
            for name in line.split_whitespace() {
                places.entry(name).or_default().push(section);
            }
        } else if section == "Commands that differ" {
            // Names stand between pairs of `**`.
            for name in line.split("**").skip(1).step_by(2) {
                places.entry(name).or_default().push(section);
            }
        }
    }
    for spec in COMMANDS {
        let n = places.remove(spec.name).map_or(0, |sections| sections.len());
        assert_eq!(n, 1, "{} stands in the lists of docs/fidelity.md {n} times", spec.name);
    }
    assert!(places.is_empty(), "no such commands: {places:?}");
}
