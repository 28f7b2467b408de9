//! docs/scenarios.md says what the parser does.

use streamlanes::sim::Scenario;
use streamlanes::sim::control::{CONTROLS, parse};
use streamlanes::sim::line::split;

const DOCUMENT: &str = include_str!("../../docs/scenarios.md");

/// What stands between backticks, in the paragraphs under a heading.
fn quoted(heading: &str) -> Vec<&'static str> {
    let after = DOCUMENT.split(&format!("\n## {heading}\n")).nth(1).expect("the heading exists");
    let section = after.split("\n## ").next().unwrap_or_default();
    section.split('`').skip(1).step_by(2).collect()
}

/// A scenario with a header line more, or a line more.
fn with(line: &str) -> Result<Scenario, String> {
    let text = format!("title: T\n{line}\n");
    Scenario::parse("orders", &text).map_err(|error| error.to_string())
}

#[test]
fn the_file_that_is_shown_is_a_scenario() {
    let file = DOCUMENT.split("```text\n").nth(1).unwrap().split("```").next().unwrap();
    let scenario = Scenario::parse("shown", file).unwrap();
    assert_eq!((scenario.title.as_str(), scenario.seed), ("Orders", 7));
    let times: Vec<_> = scenario.lines.iter().map(|line| line.after_ms).collect();
    assert_eq!(times, [0, 0, 10_000, 60_000]);
    assert_eq!(&*scenario.lines[3].who, "alice");
}

#[test]
fn the_headers_of_the_table_are_those_there_are() {
    let unknown = with("colour: red").unwrap_err();
    let known = unknown.split("there are ").nth(1).unwrap();
    let rows = DOCUMENT.lines().filter_map(|line| line.strip_prefix("| `")?.split(":`").next());
    let documented: Vec<_> = rows.collect();
    assert_eq!(documented, known.split(", ").collect::<Vec<_>>());
}

#[test]
fn the_error_that_is_shown_is_the_one_that_comes() {
    let shown = quoted("The file").into_iter().find(|text| text.starts_with("orders:7:")).unwrap();
    let text = "title: T\n\n\n\n\n\nSIM ADD PRODUCER web STREAM orders RATE fast\n";
    assert_eq!(Scenario::parse("orders", text).unwrap_err().to_string(), shown);
}

#[test]
fn every_fault_that_is_named_is_a_control() {
    for fault in quoted("Faults") {
        let control = fault.split(" [").next().unwrap();
        let word = control.trim_start_matches("SIM ").split(' ').next().unwrap();
        let named = |control: &&streamlanes::sim::control::Control| {
            control.name.split(' ').any(|part| part == word) || control.syntax.contains(word)
        };
        assert!(CONTROLS.iter().any(|control| named(&control)), "{fault}");
    }
    for service in ["PRODUCER", "CONSUMER", "CLAIMER", "STAGE"] {
        let control = CONTROLS.iter().find(|control| control.name.ends_with(service)).unwrap();
        let documented = DOCUMENT.to_ascii_uppercase();
        assert!(documented.contains(&format!("**{service}**")), "{service}");
        for example in control.examples {
            assert!(parse(&split(example).unwrap()).is_ok(), "{example}");
        }
    }
}

#[test]
fn quantities_are_read_as_they_are_written() {
    for text in quoted("Quantities") {
        let accepted = [
            format!("SIM FREEZE web {text}"),
            format!("SIM ADD PRODUCER web STREAM s RATE {text}"),
            format!("SIM ADD PRODUCER web STREAM s JITTER {text}"),
            format!("SIM SLOW web {text}"),
            format!("CLOCK SET {text}"),
        ];
        assert!(accepted.iter().any(|line| with(line).is_ok()), "{text}");
    }
}
