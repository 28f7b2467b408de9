//! The words with which a session is shared, offered and opened.

use crate::sim::Saved;
use crate::sim::quantity::show_moment;

pub const SHARE_TITLE: &str = "Share this situation";
pub const SHARE_ABOUT: &str =
    "The link holds everything: the scenario, what was typed, and where the clock stands.";
pub const SHARE_LINK: &str = "Link to this situation";
pub const COPY_LINK: &str = "Copy link";
pub const SAVE_FILE: &str = "Save as a file";
pub const OPEN_FILE: &str = "Open a file: ";
pub const COPIED: &str = "Copied.";
pub const NOT_COPIED: &str = "The browser does not let this page copy: select the text instead.";
pub const NOT_SAVED: &str = "The browser does not let this page save a file.";
pub const NOT_READ: &str = "The file could not be read.";
pub const OFFER_TITLE: &str = "Open this session?";
pub const OFFER_ABOUT: &str = "It would replace the session that is open now. Nothing has run yet.";
pub const OFFER_TAKE: &str = "Open it";
pub const OFFER_LEAVE: &str = "Keep mine";
pub const OPENED: &str = "Another session was opened.";

/// Why there is a file and no link.
pub fn no_link(problem: &str) -> String {
    format!("There is no link: {problem}.")
}

/// Why a link or a file was not opened.
pub fn nothing_opened(problem: &str) -> String {
    format!("Nothing was opened: {problem}.")
}

/// What a session holds, for looking at before it replaces another: a line each.
pub fn session_lines(saved: &Saved) -> Vec<String> {
    let scenario = &saved.scenario;
    let mut lines = vec![
        format!("scenario: {} ({})", scenario.title, scenario.name),
        format!("server: {}", saved.profile),
        format!("seed: {}", saved.seed),
        format!("time: {} of {}", show_moment(saved.now), show_moment(saved.end)),
    ];
    if let Some((lesson, step)) = &saved.lesson {
        lines.push(format!("lesson: {lesson}, step {step}"));
    }
    lines.push(format!("lines typed: {}", saved.journal.len()));
    const SHOWN: usize = 20;
    for input in saved.journal.iter().take(SHOWN) {
        let who = if input.who.is_empty() { "you" } else { &input.who };
        let line: String = input.line.chars().take(100).collect();
        lines.push(format!("  {} {who}> {line}", show_moment(input.at)));
    }
    if SHOWN < saved.journal.len() {
        lines.push(format!("  and {} more", saved.journal.len() - SHOWN));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::super::{share_damage, share_error};
    use super::*;
    use crate::command::Profile;
    use crate::sim::{Input, Scenario, share};
    use crate::time::WORLD_START;

    fn saved() -> Saved {
        let input = |n: usize| Input {
            at: WORLD_START + n as u64 * 137,
            who: ["", "alice", "боб"][n % 3].into(),
            line: format!("XADD orders * order {n} note \"caf\u{e9} \\x00\"").into(),
        };
        Saved {
            scenario: Scenario::builtin("orders").unwrap(),
            seed: u64::MAX,
            profile: Profile::Valkey9,
            journal: (0..25).map(input).collect(),
            now: WORLD_START + 12_345,
            end: WORLD_START + 1_000_000,
            lesson: Some(("crash-before-ack".into(), 3)),
        }
    }

    #[test]
    fn what_a_session_holds_is_said_before_it_is_loaded() {
        let lines = session_lines(&saved());
        let expected = [
            "scenario: Orders (orders)",
            "server: valkey-9",
            "seed: 18446744073709551615",
            "time: 12s345ms of 16m40s",
            "lesson: crash-before-ack, step 3",
            "lines typed: 25",
            "  0ms you> XADD orders * order 0 note \"caf\u{e9} \\x00\"",
        ];
        assert_eq!(lines[..7], expected);
        assert_eq!(lines.last().map(String::as_str), Some("  and 5 more"));
    }

    #[test]
    fn what_is_left_of_a_damaged_session_can_be_said() {
        let file = share::to_file(&saved());
        for at in 0..file.len() {
            let mut bytes = file.clone();
            bytes[at] ^= 0x55;
            match share::from_file(&bytes) {
                Ok(decoded) => {
                    assert!(!session_lines(&decoded.saved).is_empty(), "byte {at}");
                    let said = decoded.problems.iter().map(share_damage);
                    assert!(said.clone().count() > 0 && said.clone().all(|it| !it.is_empty()));
                }
                Err(error) => assert!(!share_error(&error).is_empty(), "byte {at}"),
            }
        }
    }
}
