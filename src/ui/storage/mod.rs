//! What the page keeps between visits, in IndexedDB.

pub mod database;
pub mod lock;
