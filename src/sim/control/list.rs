//! The controls there are.

use super::Control;

/// Every control, in the order in which HELP lists them.
pub static CONTROLS: &[Control] = &[];
