//! The lines that were typed, for the arrow keys and for Ctrl-R.

use crate::limits::{FOUND_LINES_MAX, HISTORY_LINES_KEPT, HISTORY_LINES_MAX};

/// Typed lines, oldest first, and where the user is while walking through them.
#[derive(Clone, Debug, Default)]
pub struct History {
    lines: Vec<String>,
    walk: Option<Walk>,
    /// Older lines were forgotten.
    is_cut: bool,
}

/// A walk that began at an unfinished line.
#[derive(Clone, Debug)]
struct Walk {
    /// What was in the input when the walk began; coming back down restores it.
    draft: String,
    /// The line that is shown; `lines.len()` is the draft.
    at: usize,
}

impl History {
    /// The history of an earlier visit, oldest first; the oldest lines beyond the bound are
    /// dropped.
    pub fn restored(lines: impl IntoIterator<Item = String>) -> History {
        let mut history = History::default();
        for line in lines {
            history.push(&line);
        }
        // No more than these were kept.
        history.is_cut |= HISTORY_LINES_KEPT <= history.lines.len();
        history
    }

    /// All lines, oldest first.
    pub fn lines(&self) -> &[String] {
        &self.lines
    }

    /// Remembers a line and ends the walk. Blank lines and repetitions of the last line are not
    /// kept.
    pub fn push(&mut self, line: &str) {
        self.walk = None;
        if line.trim().is_empty() || self.lines.last().is_some_and(|last| last == line) {
            return;
        }
        self.lines.push(line.to_owned());
        let n_over = self.lines.len().saturating_sub(HISTORY_LINES_MAX);
        self.is_cut |= n_over != 0;
        self.lines.drain(..n_over);
    }

    /// The line before the one shown; `current` is what the input holds now. `None` at the oldest.
    pub fn up(&mut self, current: &str) -> Option<&str> {
        let n_lines = self.lines.len();
        let walk = self.walk.get_or_insert_with(|| Walk { draft: current.to_owned(), at: n_lines });
        walk.at = walk.at.checked_sub(1)?;
        self.lines.get(walk.at).map(String::as_str)
    }

    /// The line after the one shown, and in the end the draft. `None` when not walking.
    pub fn down(&mut self) -> Option<String> {
        let walk = self.walk.as_mut()?;
        walk.at += 1;
        if let Some(line) = self.lines.get(walk.at) {
            return Some(line.clone());
        }
        self.walk.take().map(|walk| walk.draft)
    }

    /// The user changed the line: the next walk starts from there.
    pub fn edited(&mut self) {
        self.walk = None;
    }
}

/// Ctrl-R: an incremental search backwards, with the lines that match as a list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Search {
    /// What was in the input before; Escape restores it.
    pub draft: String,
    /// What is searched for.
    pub needle: String,
    /// The lines that contain it, newest first, each once.
    pub found: Vec<String>,
    /// Which of them would be taken.
    pub selected: usize,
    /// Lines that match, too, but are not listed.
    pub n_more: usize,
    /// Older lines were forgotten.
    pub is_cut: bool,
}

impl Search {
    /// Starts with what is in the input as the draft, looking for everything.
    pub fn new(history: &History, draft: &str) -> Search {
        let mut search = Search {
            draft: draft.to_owned(),
            needle: String::new(),
            found: Vec::new(),
            selected: 0,
            n_more: 0,
            is_cut: history.is_cut,
        };
        search.type_needle(history, "");
        search
    }

    /// The needle changed: look from the newest line again.
    pub fn type_needle(&mut self, history: &History, needle: &str) {
        needle.clone_into(&mut self.needle);
        let needle = needle.to_ascii_lowercase();
        self.found.clear();
        self.selected = 0;
        self.n_more = 0;
        for line in history.lines().iter().rev() {
            if !line.to_ascii_lowercase().contains(&needle) || self.found.contains(line) {
                continue;
            }
            if self.found.len() < FOUND_LINES_MAX {
                self.found.push(line.clone());
            } else {
                self.n_more += 1;
            }
        }
    }

    /// The line to put into the input when the search is accepted.
    pub fn accepted(&self) -> &str {
        self.found.get(self.selected).unwrap_or(&self.draft)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::console::Popup;

    fn history(lines: &[&str]) -> History {
        History::restored(lines.iter().map(|&line| line.to_owned()))
    }

    #[test]
    fn walking_up_and_down_comes_back_to_the_draft() {
        let mut history = history(&["a", "b"]);
        assert_eq!(history.up("draft"), Some("b"));
        assert_eq!(history.up("b"), Some("a"));
        assert_eq!(history.up("a"), None);
        assert_eq!(history.down().as_deref(), Some("b"));
        assert_eq!(history.down().as_deref(), Some("draft"));
        assert_eq!(history.down(), None);
    }

    #[test]
    fn blanks_and_repetitions_are_not_kept() {
        assert_eq!(history(&["a", "a", " ", "b", "a"]).lines(), ["a", "b", "a"]);
    }

    #[test]
    fn only_the_newest_lines_are_kept() {
        let many: Vec<String> = (0..HISTORY_LINES_MAX + 3).map(|n| n.to_string()).collect();
        let history = History::restored(many);
        assert_eq!(history.lines().len(), HISTORY_LINES_MAX);
        assert_eq!(history.lines()[0], "3");
        let search = Search::new(&history, "");
        assert_eq!(
            (search.found.len(), search.n_more),
            (FOUND_LINES_MAX, HISTORY_LINES_MAX - FOUND_LINES_MAX)
        );
        let said = Popup::Search(search).note();
        assert!(said.contains("and 950 more") && said.contains("at most 1,000 are kept"), "{said}");
        let few = History::restored(["XLEN a".to_owned()]);
        assert_eq!(Popup::search(&few, "").note(), "");
        let kept = (0..HISTORY_LINES_KEPT).map(|n| n.to_string());
        assert!(Popup::search(&History::restored(kept), "299").note().contains("300 over"));
    }

    #[test]
    fn a_search_lists_matches_newest_first_and_falls_back_to_the_draft() {
        let history = history(&["XADD a", "XLEN a", "xadd b", "XADD a"]);
        let mut search = Search::new(&history, "draft");
        assert_eq!(search.found, ["XADD a", "xadd b", "XLEN a"]);
        search.type_needle(&history, "xadd");
        assert_eq!(search.found, ["XADD a", "xadd b"]);
        search.selected = 1;
        assert_eq!(search.accepted(), "xadd b");
        search.type_needle(&history, "nothing like it");
        assert_eq!(search.accepted(), "draft");
    }
}
