//! Control lines: what changes the world around the server, in the console like everything else.
//!
//! `SIM …`, `CLOCK …`, `SCENARIO …`, `UNDO`, `REDO`, `SEEK`, `FORK`. They never reach the server;
//! the words are none of Redis's commands.

mod list;

pub use list::CONTROLS;

/// One control, for HELP and completion: the counterpart of [`crate::command::Spec`].
#[derive(Debug)]
pub struct Control {
    /// In capitals, all its words: `SIM ADD PRODUCER`.
    pub name: &'static str,
    /// The arguments in the manual's notation, without the name.
    pub syntax: &'static str,
    /// One sentence: what it does.
    pub summary: &'static str,
    /// One to three sentences: when one wants it.
    pub why: &'static str,
    /// Lines that can be typed as they are (in the `orders` scenario).
    pub examples: &'static [&'static str],
}

/// The first words of all control lines: whoever shadows a Redis command would be in the way.
pub const CONTROL_WORDS: [&str; 7] = ["SIM", "CLOCK", "SCENARIO", "UNDO", "REDO", "SEEK", "FORK"];

/// Whether a line's first word makes it a control line.
pub fn is_control(word: &[u8]) -> bool {
    CONTROL_WORDS.iter().any(|control| word.eq_ignore_ascii_case(control.as_bytes()))
}
