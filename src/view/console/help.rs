//! HELP in the console: Redis's commands from the command table, the world's own from the controls.

use crate::command::tokenize::redis_tokens;
use crate::command::{Profile, help};
use crate::sim::control::CONTROLS;
use crate::view::text;

/// What `HELP …` (or `? …`) says; `None` if the line asks for no help.
pub fn answer(line: &str, profile: Profile) -> Option<String> {
    let tokens = redis_tokens(line.as_bytes()).ok()?;
    let words: Vec<String> =
        tokens.iter().map(|token| String::from_utf8_lossy(&token.value).into_owned()).collect();
    let (first, rest) = words.split_first()?;
    if !first.eq_ignore_ascii_case("help") && first != "?" {
        return None;
    }
    let rest: Vec<&str> = rest.iter().map(String::as_str).collect();
    if rest.is_empty() {
        let redis = help::text(profile, &[]).unwrap_or_default();
        return Some(format!("{redis}\n\n{}", controls("").unwrap_or_default()));
    }
    let found = help::text(profile, &rest).or_else(|| controls(&rest.join(" ")));
    Some(found.unwrap_or_else(|| text::no_help(&rest.join(" "))))
}

/// The controls whose name begins so: one in full, several as a list.
fn controls(name: &str) -> Option<String> {
    let name = name.to_ascii_uppercase();
    let found: Vec<_> =
        CONTROLS.iter().filter(|control| starts_with_words(control.name, &name)).collect();
    match found.as_slice() {
        [] => None,
        [one] => Some(full(one.name, one.syntax, one.summary, one.why, one.examples)),
        several => {
            let exact = several.iter().find(|control| control.name == name);
            let mut lines: Vec<String> = exact
                .map(|one| full(one.name, one.syntax, one.summary, one.why, one.examples))
                .into_iter()
                .collect();
            lines.push(text::OWN_COMMANDS.to_owned());
            lines.extend(several.iter().map(|it| format!("  {:<20} {}", it.name, it.summary)));
            Some(lines.join("\n"))
        }
    }
}

fn starts_with_words(name: &str, start: &str) -> bool {
    name.strip_prefix(start)
        .is_some_and(|rest| start.is_empty() || rest.is_empty() || rest.starts_with(' '))
}

fn full(name: &str, syntax: &str, summary: &str, why: &str, examples: &[&str]) -> String {
    let mut text = format!("{name} {syntax}\n{summary}");
    if !why.is_empty() {
        text = format!("{text} {why}");
    }
    for example in examples {
        text = format!("{text}\n  {example}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, part: &str) {
        let text = answer(line, Profile::Redis86).unwrap();
        assert!(text.contains(part), "{line}: {text}");
    }

    #[test]
    fn help_knows_both_vocabularies() {
        check("HELP XCLAIM", "XCLAIM");
        check("help xgroup create", "XGROUP CREATE");
        check("? SIM CRASH", "SIM CRASH name");
        check("HELP CLOCK", "CLOCK JUMP");
        check("HELP", "SIM CRASH");
        check("HELP NOPE", "No help for NOPE");
        assert_eq!(answer("XLEN a", Profile::Redis86), None);
    }
}
