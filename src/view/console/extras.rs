//! What the console itself said, between the lines of the transcript; the oldest is forgotten.

use std::collections::VecDeque;

use super::rows::{Extra, Row, RowKey};
use crate::limits::EXTRAS_MAX;

/// The newest extras, oldest first. Their places count from 0 and stay when older ones go.
#[derive(Clone, Debug, Default)]
pub struct Extras {
    kept: VecDeque<Extra>,
    first_idx: usize,
}

impl Extras {
    /// The place of the oldest one that is kept: above 0 when some were forgotten.
    pub fn first_idx(&self) -> usize {
        self.first_idx
    }

    /// The place that the next one will get.
    pub fn next_idx(&self) -> usize {
        self.first_idx + self.kept.len()
    }

    /// Appends a row; its key becomes that of its place.
    pub fn push(&mut self, extra: Extra) {
        let row = Row { key: RowKey::Extra(self.next_idx()), ..extra.row };
        self.kept.push_back(Extra { row, ..extra });
        if EXTRAS_MAX < self.kept.len() {
            self.kept.pop_front();
            self.first_idx += 1;
        }
    }

    /// The extra at a place, unless it was forgotten or does not exist.
    pub fn get(&self, idx: usize) -> Option<&Extra> {
        self.kept.get(idx.checked_sub(self.first_idx)?)
    }

    /// Those that are kept from a place on, oldest first.
    pub fn from(&self, idx: usize) -> impl DoubleEndedIterator<Item = &Extra> {
        let n_before = idx.saturating_sub(self.first_idx).min(self.kept.len());
        self.kept.range(n_before..)
    }
}
