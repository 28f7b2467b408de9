//! What was done, as a script that redis-cli can run.

use crate::sim::Input;
use crate::sim::control::is_control;
use crate::view::text;

/// The lines of a journal, each client's under a comment that names it. Lines that only this world
/// knows (SIM, CLOCK …) become comments, since a real server has no such thing.
pub fn script(inputs: &[Input]) -> String {
    let mut script = format!("# {}\n", text::SCRIPT_HEAD);
    let mut who = None;
    for input in inputs {
        if who.replace(&input.who).is_none_or(|before| *before != input.who) {
            let name = if input.who.is_empty() { "you" } else { &input.who };
            script.push_str(&format!("# {}\n", text::script_as(&one_line(name))));
        }
        let line = one_line(input.line.trim());
        let first_word = line.split_ascii_whitespace().next().unwrap_or_default();
        if is_control(first_word.as_bytes()) {
            script.push_str("# ");
            script.push_str(text::SCRIPT_ONLY_HERE);
        }
        script.push_str(&line);
        script.push('\n');
    }
    script
}

/// A line break would end the command (or the comment) in the middle.
fn one_line(text: &str) -> String {
    text.replace(['\n', '\r'], " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_are_named_and_what_redis_cannot_run_is_a_comment() {
        let input = |who: &str, line: &str| Input { at: 0, who: who.into(), line: line.into() };
        let inputs = [
            input("you", "XADD a * f v"),
            input("you", " SIM CRASH billing-2"),
            input("alice\nFLUSHALL", "XLEN a\nFLUSHALL"),
            input("", "XLEN a"),
        ];
        let expected = "# From Streamlanes. Run it with: redis-cli < this-file\n\
                        # as you\nXADD a * f v\n# only in Streamlanes: SIM CRASH billing-2\n\
                        # as alice FLUSHALL\nXLEN a FLUSHALL\n# as you\nXLEN a\n";
        assert_eq!(script(&inputs), expected);
    }
}
