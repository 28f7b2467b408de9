//! The marks of the time bar: where in time the lines of the journal stand.

use crate::limits::TIME_MARKS_MAX;
use crate::sim::Input;
use crate::time::{Millis, WORLD_START};

/// One line's mark.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TimeMark {
    /// Milliseconds since the start of the world.
    pub after_ms: Millis,
    /// A class for the style sheet.
    pub class: &'static str,
}

/// The marks of the newest lines, newest first, and how many older lines have none.
pub fn marks(journal: &[Input]) -> (Vec<TimeMark>, usize) {
    let newest = journal.iter().rev().take(TIME_MARKS_MAX);
    let marks = newest.map(|input| {
        let word = input.line.split_ascii_whitespace().next().unwrap_or_default();
        let class = match word.to_ascii_uppercase().as_str() {
            "SIM" => "mark-fault",
            "CLOCK" => "mark-clock",
            _ => "mark-command",
        };
        TimeMark { after_ms: input.at.saturating_sub(WORLD_START), class }
    });
    (marks.collect(), journal.len().saturating_sub(TIME_MARKS_MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::text;

    #[test]
    fn the_newest_lines_have_a_mark_and_the_others_are_counted() {
        let input =
            |n: u64, line: &str| Input { at: WORLD_START + n, who: "".into(), line: line.into() };
        let lines = ["XADD s * f v", "sim CRASH a", "CLOCK BACK 1s"];
        let journal: Vec<Input> = (0..).zip(lines).map(|(n, line)| input(n, line)).collect();
        let (few, n_older) = marks(&journal);
        let classes: Vec<_> = few.iter().map(|mark| (mark.after_ms, mark.class)).collect();
        assert_eq!(classes, [(2, "mark-clock"), (1, "mark-fault"), (0, "mark-command")]);
        assert_eq!(n_older, 0);
        let journal: Vec<Input> =
            (0..TIME_MARKS_MAX as u64 + 7).map(|n| input(n, "PING")).collect();
        let (newest, n_older) = marks(&journal);
        assert_eq!((newest.len(), newest[TIME_MARKS_MAX - 1].after_ms, n_older), (200, 7, 7));
        let said = text::marks_cut(n_older);
        assert_eq!(said, "The newest 200 lines have a mark; 7 lines before them have none.");
    }
}
