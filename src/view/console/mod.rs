//! The console without a browser: what is in it and what keys do to it.

pub mod history;
pub mod paste;
pub mod popup;
pub mod raw;
pub mod repeat;
pub mod reply;
pub mod rows;
pub mod script;
pub mod tabs;

pub use history::{History, Search};
pub use popup::{Choice, Line, Popup};
pub use rows::{Answer, Extra, Filter, Mark, Row, RowKey};
pub use tabs::{Tab, Tabs};
