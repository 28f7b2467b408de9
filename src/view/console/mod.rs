//! The console without a browser: what is in it and what keys do to it.

pub mod history;
pub mod paste;
pub mod raw;
pub mod repeat;

pub use history::{History, Search};
