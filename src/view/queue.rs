//! Lines on their way into the world: they wait until the browser has stored them.

use super::text;
use crate::limits::WAITING_LINES_MAX;

/// Lines with their clients, in order.
#[derive(Clone, Debug, Default)]
pub struct LineQueue {
    /// What waits. No more than the limit when it is filled by [`LineQueue::push`].
    pub lines: Vec<(String, String)>,
    n_left_out: u64,
}

impl LineQueue {
    /// Appends a line, if there is room for one more.
    pub fn push(&mut self, who: &str, line: &str) {
        if self.lines.len() < WAITING_LINES_MAX {
            self.lines.push((who.to_owned(), line.to_owned()));
        } else {
            self.n_left_out += 1;
        }
    }

    /// What to say about lines that had no room, once.
    pub fn take_problem(&mut self) -> Option<String> {
        let n_left_out = std::mem::take(&mut self.n_left_out);
        (0 < n_left_out).then(|| text::lines_left_out(n_left_out))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_without_room_are_counted_and_that_is_said_once() {
        let mut queue = LineQueue::default();
        for n in 0..WAITING_LINES_MAX {
            queue.push("you", &format!("XADD s * n {n}"));
        }
        assert_eq!(queue.take_problem(), None);
        (0..1_234).for_each(|_| queue.push("you", "PING"));
        assert_eq!(queue.lines.len(), WAITING_LINES_MAX);
        let said = queue.take_problem().unwrap();
        assert!(said.starts_with("1,234 lines were not run: 10,000 wait"), "{said}");
        assert_eq!(queue.take_problem(), None);
    }
}
