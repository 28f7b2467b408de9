//! The console without a browser: what is in it and what keys do to it.

pub mod history;

pub use history::{History, Search};
