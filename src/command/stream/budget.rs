//! How much one XREAD or XREADGROUP may still answer: COUNT, MAXCOUNT and MAXSIZE.

use super::read_options::ReadOptions;
use crate::resp::Writer;

/// Counts entries against the limits of one command.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    per_stream: u64,
    total: u64,
    size: Option<u64>,
    n_total: u64,
    n_in_stream: u64,
}

impl Budget {
    /// Nothing spent yet.
    pub fn new(options: &ReadOptions<'_>) -> Budget {
        Budget {
            per_stream: options.count.unwrap_or(u64::MAX),
            total: options.count_total.unwrap_or(u64::MAX),
            size: options.size_total,
            n_total: 0,
            n_in_stream: 0,
        }
    }

    /// COUNT begins anew.
    pub fn begin_stream(&mut self) {
        self.n_in_stream = 0;
    }

    /// Whether another entry of this stream may follow what was written. The very first entry of a
    /// reply always may, so that MAXSIZE cannot stop a reader for ever.
    pub fn allows_one(&self, out: &Writer<'_>) -> bool {
        self.n_in_stream < self.per_stream && !self.is_spent(out)
    }

    /// Whether no entry of any stream may follow.
    pub fn is_spent(&self, out: &Writer<'_>) -> bool {
        let too_long = |size| size <= out.written() as u64;
        self.total <= self.n_total || (self.n_total != 0 && self.size.is_some_and(too_long))
    }

    /// An entry was written.
    pub fn take_one(&mut self) {
        self.n_total += 1;
        self.n_in_stream += 1;
    }

    /// How many entries of this stream were written.
    pub fn n_in_stream(&self) -> usize {
        self.n_in_stream as usize
    }
}
