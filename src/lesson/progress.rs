//! How far a learner is in the course.

use crate::sorted::SortedMap;

/// What became of a lesson.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Status {
    /// Opened, not solved.
    Begun,
    /// Its goals were reached after its solution had been shown, which does not count as solving.
    Shown,
    /// Solved.
    Solved,
}

/// A text that is no saved progress at all.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NotProgress;

/// The status of every lesson that was opened, by its number.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Progress {
    lessons: SortedMap<String, Status>,
    last: Option<String>,
}

/// First line of the text form.
const HEAD: &str = "streamlanes progress 1";

impl Progress {
    /// The status of a lesson; `None` if it was never opened.
    pub fn status(&self, number: &str) -> Option<Status> {
        self.lessons.get(number).copied()
    }

    /// The lesson opened last, for "continue where I was".
    pub fn last(&self) -> Option<&str> {
        self.last.as_deref()
    }

    /// How many lessons are solved.
    pub fn n_solved(&self) -> usize {
        self.lessons.values().filter(|status| **status == Status::Solved).count()
    }

    /// Notes a status; a better one that was reached before is kept.
    pub fn note(&mut self, number: &str, status: Status) {
        let best = self.lessons.get_or_insert_with(number.to_owned(), || status);
        *best = status.max(*best);
        self.last = Some(number.to_owned());
    }

    /// As a text to keep or to export.
    pub fn write(&self) -> String {
        let mut out = format!("{HEAD}\n");
        for (number, status) in &self.lessons {
            let word = match status {
                Status::Begun => "begun",
                Status::Shown => "shown",
                Status::Solved => "solved",
            };
            out.push_str(&format!("{number} {word}\n"));
        }
        if let Some(last) = &self.last {
            out.push_str(&format!("last {last}\n"));
        }
        out
    }

    /// Reads what [`Progress::write`] wrote, merged into what is already there. Returns how many
    /// lines were not understood and left out.
    ///
    /// # Errors
    /// When the text is no progress at all.
    pub fn merge(&mut self, text: &str) -> Result<usize, NotProgress> {
        let mut lines = text.lines();
        if lines.next().map(str::trim) != Some(HEAD) {
            return Err(NotProgress);
        }
        let mut n_skipped = 0;
        let mut last = None;
        for line in lines.filter(|line| !line.trim().is_empty()) {
            match line.trim().split_once(' ') {
                Some(("last", number)) if is_number(number) => last = Some(number.to_owned()),
                Some((number, "begun")) if is_number(number) => self.note(number, Status::Begun),
                Some((number, "shown")) if is_number(number) => self.note(number, Status::Shown),
                Some((number, "solved")) if is_number(number) => self.note(number, Status::Solved),
                _ => n_skipped += 1,
            }
        }
        self.last = last.or(self.last.take());
        Ok(n_skipped)
    }
}

/// `4.3`: what a lesson may be called in saved progress.
fn is_number(text: &str) -> bool {
    text.len() <= 8 && !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || b == b'.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_survives_being_written() {
        let mut progress = Progress::default();
        progress.note("4.3", Status::Solved);
        progress.note("4.3", Status::Begun);
        progress.note("1.1", Status::Shown);
        let mut again = Progress::default();
        assert_eq!(again.merge(&progress.write()), Ok(0));
        assert_eq!(again, progress);
        assert_eq!((again.status("4.3"), again.last()), (Some(Status::Solved), Some("1.1")));
    }

    #[test]
    fn a_damaged_text_keeps_what_can_be_kept() {
        let mut progress = Progress::default();
        assert!(progress.merge("nonsense").is_err());
        assert_eq!(progress.merge(&format!("{HEAD}\n1.1 solved\n<b> x\n2.1 nope\n")), Ok(2));
        assert_eq!(progress.n_solved(), 1);
    }
}
