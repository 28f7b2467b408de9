//! What the page keeps between visits, in IndexedDB: the journal (a line is written before it is
//! applied, so that what was answered survives the browser's death), the history, the settings.
//!
//! One tab owns the store. Another one shows a copy, and says so.

pub mod database;
pub mod lock;

use crate::sim::{Input, Session};
use crate::view::store::{Edit, Mirror};
use database::{Change, Database};
pub use lock::Ownership;

/// Where the session is kept.
pub const DATABASE: &str = "streamlanes";

/// Keeps the stored session equal to the one on the page.
pub struct Keeper {
    database: Option<Database>,
    /// `None`: not decided yet, nothing may be written.
    ownership: Option<Ownership>,
    mirror: Mirror,
    /// The store holds records that the mirror does not know.
    clear_first: bool,
    /// Writes that the browser has not yet confirmed.
    n_in_flight: usize,
    /// Small values that changed and were not written yet.
    values: Vec<(&'static str, String)>,
}

impl Keeper {
    /// A keeper for a store that holds `journal`, or that holds something else which is to be
    /// replaced (`None`). Without a database it keeps nothing.
    pub fn new(database: Option<Database>, journal: Option<&[Input]>) -> Keeper {
        Keeper {
            database,
            ownership: None,
            mirror: journal.map(Mirror::of).unwrap_or_default(),
            clear_first: journal.is_none(),
            n_in_flight: 0,
            values: Vec::new(),
        }
    }

    /// Who may write: decided once, soon after the start. Returns whether this decided it.
    pub fn decide(&mut self, ownership: Ownership) -> bool {
        let decides = self.ownership.is_none();
        self.ownership.get_or_insert(ownership);
        decides
    }

    /// Whether it is known if lines have to be stored. Until then they wait.
    pub fn is_decided(&self) -> bool {
        self.database.is_none() || self.ownership.is_some()
    }

    /// Whether what happens here will be there at the next visit.
    pub fn keeps(&self) -> bool {
        self.database.is_some()
            && matches!(self.ownership, Some(Ownership::Ours | Ownership::Unknown))
    }

    /// Writes nothing more.
    pub fn stop(&mut self) {
        self.database = None;
    }

    /// Writes lines before they are applied; `false` when there is nothing to wait for.
    ///
    /// # Errors
    /// When the browser refuses; the lines can be applied all the same.
    pub fn write_ahead(&mut self, n_applied: usize, inputs: &[Input]) -> Result<bool, String> {
        if !self.keeps() {
            return Ok(false);
        }
        let edits = self.mirror.edits_ahead(n_applied, inputs);
        self.write(edits)
    }

    /// Brings the store up to date with whatever the session did by itself (undo, a scenario).
    ///
    /// # Errors
    /// When the browser refuses.
    pub fn sync(&mut self, session: &Session) -> Result<(), String> {
        if !self.keeps() {
            return Ok(());
        }
        let edits = self.mirror.edits(session.journal());
        self.write(edits).map(|_| ())
    }

    /// Remembers a value for the next [`Keeper::sync`].
    pub fn put_value(&mut self, name: &'static str, text: String) {
        self.values.retain(|(known, _)| *known != name);
        self.values.push((name, text));
    }

    /// One write was confirmed (or refused).
    pub fn written(&mut self) {
        self.n_in_flight = self.n_in_flight.saturating_sub(1);
    }

    /// Whether the browser still owes a confirmation.
    pub fn is_writing(&self) -> bool {
        0 < self.n_in_flight
    }

    fn write(&mut self, edits: Vec<Edit>) -> Result<bool, String> {
        let mut changes = Vec::with_capacity(edits.len() + self.values.len());
        if std::mem::take(&mut self.clear_first) {
            changes.push(Change::ClearRecords);
        }
        changes.extend(edits.into_iter().map(|edit| match edit {
            Edit::Put(number, text) => Change::PutRecord(number, text),
            Edit::Delete(number) => Change::DeleteRecord(number),
        }));
        changes.extend(self.values.drain(..).map(|(name, text)| Change::PutValue(name, text)));
        let Some(database) = self.database.as_ref().filter(|_| !changes.is_empty()) else {
            return Ok(false);
        };
        database.write(&changes)?;
        self.n_in_flight += 1;
        Ok(true)
    }
}
