//! The lines that were run, for the crash panel.

use super::text;
use crate::limits::LAST_WORDS_BYTES_MAX;

/// The newest lines, as `who> line`, one below the other.
#[derive(Clone, Debug)]
pub struct LastWords {
    lines: String,
    is_cut: bool,
}

impl Default for LastWords {
    fn default() -> LastWords {
        LastWords::new()
    }
}

impl LastWords {
    /// Nothing was run.
    pub const fn new() -> LastWords {
        LastWords { lines: String::new(), is_cut: false }
    }

    /// Remembers a line.
    pub fn push(&mut self, who: &str, line: &str) {
        for text in [who, "> ", line, "\n"] {
            self.lines.push_str(text);
        }
        if LAST_WORDS_BYTES_MAX < self.lines.len() {
            self.is_cut = true;
            let half = self.lines.ceil_char_boundary(self.lines.len() / 2);
            let next = self.lines.get(half..).and_then(|rest| rest.find('\n'));
            let cut = next.map_or(half, |at| half + at + 1);
            self.lines.drain(..cut);
        }
    }

    /// All that is known, and whether that is not all.
    pub fn text(&self) -> String {
        match self.is_cut {
            true => format!("{}\n{}", text::words_cut(), self.lines),
            false => self.lines.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_lines_are_left_out_and_that_is_said() {
        let mut words = LastWords::new();
        words.push("you", "XADD s * größe 1");
        assert_eq!(words.text(), "you> XADD s * größe 1\n");
        for n in 0..LAST_WORDS_BYTES_MAX / 20 {
            words.push("you", &format!("XADD s * größe {n}"));
        }
        let text = words.text();
        assert!(text.len() <= LAST_WORDS_BYTES_MAX + 100, "{}", text.len());
        let mut lines = text.lines();
        assert!(lines.next().unwrap().contains("Older lines are left out"));
        assert!(lines.all(|line| line.starts_with("you> XADD s * größe ")));
    }
}
