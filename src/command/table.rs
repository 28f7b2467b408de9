//! The commands there are.

use super::Spec;

/// Every command, in byte order of its name.
pub static COMMANDS: &[&Spec] = &[];
