//! The errors of commands, with Redis's exact words. What to do about one is said elsewhere: these
//! are what a real server sends.

use crate::engine::WrongType;

/// Why a command failed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum CommandError {
    /// A word that does not belong here, or one that is missing.
    Syntax,
    /// A number was expected.
    NotAnInteger,
    /// The key holds another type.
    WrongType,
    /// Any other error: its exact text, code first.
    Text(Vec<u8>),
    /// An error that points at the word at fault (its index; 0 is the command's name).
    At(usize, Box<CommandError>),
}

impl CommandError {
    /// An error with a fixed text.
    pub fn text(text: &str) -> CommandError {
        CommandError::Text(text.as_bytes().to_vec())
    }

    /// An error put together from pieces; the names among them go through [`c_name`].
    pub fn format(pieces: &[&[u8]]) -> CommandError {
        CommandError::Text(pieces.concat())
    }

    /// The same error, pointing at a word.
    #[must_use]
    pub fn at(self, word_idx: usize) -> CommandError {
        CommandError::At(word_idx, Box::new(self))
    }

    /// The index of the word at fault, if it is known.
    pub fn word_idx(&self) -> Option<usize> {
        match self {
            CommandError::At(word_idx, _) => Some(*word_idx),
            _ => None,
        }
    }

    /// What the server sends after the `-`.
    pub fn message(&self) -> &[u8] {
        match self {
            CommandError::Syntax => b"ERR syntax error",
            CommandError::NotAnInteger => b"ERR value is not an integer or out of range",
            CommandError::WrongType => {
                b"WRONGTYPE Operation against a key holding the wrong kind of value"
            }
            CommandError::Text(text) => text,
            CommandError::At(_, inner) => inner.message(),
        }
    }
}

impl From<WrongType> for CommandError {
    fn from(_: WrongType) -> CommandError {
        CommandError::WrongType
    }
}

/// A name as it stands in an error: cut at the first NUL, since a server formats it as a C string.
pub fn c_name(name: &[u8]) -> &[u8] {
    name.split(|&byte| byte == 0).next().unwrap_or(name)
}
