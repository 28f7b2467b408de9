//! The console without a browser: what is in it and what keys do to it.

pub mod complete;
pub mod editor;
pub mod explain;
pub mod extras;
pub mod follow;
pub mod help;
pub mod history;
pub mod paste;
pub mod popup;
pub mod raw;
pub mod reading;
pub mod repeat;
pub mod reply;
pub mod rows;
pub mod script;
pub mod tabs;

pub use editor::{Completion, Editor, Effect, Key};
pub use explain::{Explanation, Explanations};
pub use extras::Extras;
pub use history::{History, Search};
pub use popup::{Choice, Line, Popup};
pub use rows::{Answer, Extra, Filter, Mark, Row, RowKey};
pub use tabs::{Tab, Tabs};
