//! Every control has help, completes, says what to write when it was written wrong, and does what
//! its examples say; and the page's buttons write controls.

use std::collections::BTreeSet;

use streamlanes::command::Profile;
use streamlanes::sim::control::{CONTROL_WORDS, CONTROLS, Control, parse};
use streamlanes::sim::line::split;
use streamlanes::sim::{EntryState, Session, Submitted};
use streamlanes::view::console::complete::complete;
use streamlanes::view::console::help;
use streamlanes::view::console::popup::Line;

use super::{run_seconds, session};

/// What is offered at the end of a line, in the `orders` scenario.
fn offered(session: &Session, line: &str) -> Vec<String> {
    let found = complete(session.world(), "you", &Line::ending(line));
    found.choices.into_iter().map(|choice| choice.text).collect()
}

/// The refusal of a line, if it is refused.
fn refusal(session: &mut Session, line: &str) -> Option<String> {
    match session.submit("", line) {
        Submitted::Applied { seq } => match &session.world().transcript().get(seq).unwrap().state {
            EntryState::Replied { reply, .. } => Some(String::from_utf8_lossy(reply).into_owned()),
            EntryState::Note(_) | EntryState::Waiting => None,
        },
        Submitted::Aside { seq } => {
            session.aside_at(seq).unwrap().answer.as_ref().err().map(|text| text.to_string())
        }
        Submitted::Nothing => Some("nothing".to_owned()),
    }
}

/// The refusal of a line that is wrong.
#[track_caller]
fn refused(line: &str) -> String {
    refusal(&mut shop(), line).unwrap_or_else(|| panic!("{line} is taken"))
}

fn shop() -> Session {
    let mut session = session("orders");
    run_seconds(&mut session, 5);
    session
}

#[test]
fn every_control_has_help() {
    for control in CONTROLS {
        for line in [format!("HELP {}", control.name), format!("? {}", control.name.to_lowercase())]
        {
            let text = help::answer(&line, Profile::Redis86).unwrap();
            let head = format!("{} {}", control.name, control.syntax);
            let parts = [&head, control.summary, control.why];
            for part in parts.into_iter().chain(control.examples.iter().copied()) {
                assert!(text.contains(part), "{line}: {part}\n{text}");
            }
        }
        let family = control.name.split(' ').next().unwrap();
        assert!(CONTROL_WORDS.contains(&family));
        for line in [format!("HELP {family}"), "HELP".to_owned()] {
            let text = help::answer(&line, Profile::Redis86).unwrap();
            assert!(text.contains(control.summary), "{line}: {}", control.name);
        }
    }
}

#[test]
fn every_control_completes_word_by_word() {
    let session = shop();
    for control in CONTROLS {
        let words: Vec<&str> = control.name.split(' ').collect();
        for (n_given, word) in words.iter().enumerate() {
            let given = words[..n_given].join(" ");
            for begun in ["", &word[..1], &word.to_lowercase()[..2]] {
                let line = format!("{given} {begun}");
                let offered = offered(&session, line.trim_start());
                assert!(offered.contains(&(*word).to_owned()), "{line}: {offered:?}");
            }
            let help =
                offered(&session, &format!("HELP {given} {}", &word[..1]).replace("  ", " "));
            assert!(help.contains(&(*word).to_owned()), "HELP {given}: {help:?}");
        }
        // A service that is there, where one is wanted.
        if control.syntax.starts_with("name") && !control.name.starts_with("SIM ADD") {
            let offered = offered(&session, &format!("{} bil", control.name));
            let is_scenario = control.name == "SCENARIO LOAD";
            let wanted = if is_scenario { "" } else { "billing-2" };
            assert!(is_scenario || offered.contains(&wanted.to_owned()), "{}", control.name);
        }
    }
}

/// Whether a refusal says what to write instead.
fn says_what_to_write(refusal: &str, control: &Control) -> bool {
    let example = control.examples.first().copied().unwrap_or_default();
    let lists = ["it has ", "there are ", "FIELDS takes pairs", " or AFTER-ACK", "needs one of"];
    refusal.contains(example) || lists.iter().any(|list| refusal.contains(list))
}

#[test]
fn a_control_that_was_written_wrong_says_what_to_write() {
    for control in CONTROLS {
        let is_optional = control.syntax.is_empty() || control.syntax.starts_with('[');
        if !is_optional {
            let refusal = refused(control.name);
            assert!(says_what_to_write(&refusal, control), "{}: {refusal}", control.name);
        }
        for example in control.examples {
            let refusal = refused(&format!("{example} surplus"));
            assert!(says_what_to_write(&refusal, control), "{example} surplus: {refusal}");
            assert!(refusal.to_lowercase().contains("surplus") || refusal.contains("FIELDS"));
        }
    }
    for family in CONTROL_WORDS {
        let prefix = format!("{family} ");
        let words: Vec<&str> =
            CONTROLS.iter().filter_map(|control| control.name.strip_prefix(&prefix)).collect();
        let refusal = refused(&format!("{family} NOPE"));
        for word in words {
            // SIM ADD has kinds, which its own refusal lists.
            let word = word.split(' ').next().unwrap();
            assert!(refusal.contains(word), "{family} NOPE: {refusal}");
        }
    }
}

#[test]
fn every_example_can_be_typed_as_it_is() {
    for control in CONTROLS {
        for example in control.examples {
            let mut session = shop();
            session.submit("", "XADD orders * order 42");
            if *example == "REDO" {
                session.submit("", "UNDO");
            }
            assert_eq!(refusal(&mut session, example), None, "{example}");
        }
    }
}

/// The texts between quotation marks in Rust source that begin with a control's first word.
fn control_lines(source: &str) -> impl Iterator<Item = &str> {
    let texts = source.split('"').skip(1).step_by(2);
    texts.filter(|text| text.split_once(' ').is_some_and(|(word, _)| CONTROL_WORDS.contains(&word)))
}

#[test]
fn the_buttons_of_the_page_write_lines_that_could_be_typed() {
    let sources = [
        include_str!("../../src/ui/timebar.rs"),
        include_str!("../../src/ui/start.rs"),
        include_str!("../../src/ui/settings.rs"),
        include_str!("../../src/view/side.rs"),
    ];
    let filled = |line: &str| {
        let places = [
            ("{duration}", "10s"),
            ("{speed}", "2x"),
            ("{}ms", "5ms"),
            ("{kind}", "PRODUCER"),
            ("{twin}", "web-2"),
            ("{option}", "RATE 2/s"),
            ("{of_group}", "STREAM orders GROUP billing"),
        ];
        let line = places.iter().fold(line.to_owned(), |line, (from, to)| line.replace(from, to));
        let mut text = String::new();
        for part in line.split_inclusive('}') {
            let (before, place) = part.split_once('{').unwrap_or((part, ""));
            text += before;
            text += if place.is_empty() { "" } else { "one" };
        }
        text
    };
    let lines: BTreeSet<String> =
        sources.iter().flat_map(|source| control_lines(source)).map(filled).collect();
    assert!(15 < lines.len(), "{lines:#?}");
    for line in &lines {
        let line = match line.strip_prefix("SIM ADD PRODUCER web-2 one") {
            Some(_) => "SIM ADD PRODUCER web-2 STREAM orders",
            None => line,
        };
        let line = line.replace("CLOCK SPEED one", "CLOCK SPEED 2x");
        if let Err(refusal) = parse(&split(&line).unwrap()) {
            panic!("{line}: {}", refusal.0);
        }
    }
}
