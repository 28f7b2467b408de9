//! What is due, in the order of its time, and of its making within one millisecond.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::time::Millis;

/// Something that happens at a time of its own.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Job {
    /// A line of the scenario; its index.
    ScenarioLine(usize),
    /// A service's turn. Void if the service's epoch has changed since: that is how a turn is
    /// taken back.
    Turn { service: u32, epoch: u64 },
    /// A crashed service is started again, unless its epoch has changed since.
    Restart { service: u32, epoch: u64 },
}

/// The jobs that are due.
#[derive(Clone, Default, Debug)]
pub struct Queue {
    heap: BinaryHeap<Reverse<(Millis, u64, Job)>>,
    next_seq: u64,
}

impl Queue {
    /// Puts a job on the list.
    pub fn push(&mut self, at: Millis, job: Job) {
        self.heap.push(Reverse((at, self.next_seq, job)));
        self.next_seq += 1;
    }

    /// When the next job is due.
    pub fn next_at(&self) -> Option<Millis> {
        self.heap.peek().map(|Reverse((at, ..))| *at)
    }

    /// Takes the next job if it is due by `until`.
    pub fn pop_until(&mut self, until: Millis) -> Option<(Millis, Job)> {
        if until < self.next_at()? {
            return None;
        }
        self.heap.pop().map(|Reverse((at, _, job))| (at, job))
    }

    /// How many jobs wait.
    pub fn len(&self) -> usize {
        self.heap.len()
    }

    /// Whether no job waits.
    pub fn is_empty(&self) -> bool {
        self.heap.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jobs_come_by_time_and_then_in_the_order_of_their_making() {
        let mut queue = Queue::default();
        for (at, n) in [(5, 0), (3, 1), (5, 2), (3, 3), (4, 4)] {
            queue.push(at, Job::ScenarioLine(n));
        }
        assert_eq!(queue.pop_until(2), None);
        let order: Vec<_> = std::iter::from_fn(|| queue.pop_until(4)).collect();
        let expected = [(3, 1), (3, 3), (4, 4)].map(|(at, n)| (at, Job::ScenarioLine(n)));
        assert_eq!(order, expected);
        assert_eq!((queue.len(), queue.next_at()), (2, Some(5)));
    }
}
