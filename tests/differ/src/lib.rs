//! The differential test: seeded random command sequences, run against the engine and against a
//! real redis-server, whose replies must be the same bytes.
//!
//! * [`generate`] makes a sequence out of a seed: nothing else is random.
//! * [`real`] starts a redis-server and talks to it; [`engine`] does the same with ours.
//! * [`compare`] says whether two replies are the same; only what the wall clock decides (idle
//!   times and the like) may differ, and only by as long as the sequence took.
//! * [`soak`] runs the engine alone, for a long time.
//! * [`cases`] are sequences that were written down.
//! * [`campaign`] does it for many seeds; [`minimise`] makes a sequence that differs as short as it
//!   can be.
//!
//! Ids made from the clock (`XADD key *`) are compared exactly: the engine is told the time that
//! the real server's id shows.
//!
//! Invariant: knows replies as bytes and values, never the engine's insides.

pub mod campaign;
pub mod cases;
pub mod compare;
pub mod engine;
pub mod generate;
pub mod minimise;
pub mod real;
pub mod rng;
pub mod run;
pub mod soak;

/// One word of a command.
pub type Word = Vec<u8>;

/// A command and who sends it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Step {
    /// Which of the sequence's connections, counted from 0.
    pub client: usize,
    /// The words, the command's name first.
    pub words: Vec<Word>,
}

/// What is run: connections and their commands in order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sequence {
    /// With one connection all commands are sent at once; with more, one after another, and each
    /// may wait in a blocking command.
    pub n_clients: usize,
    /// Clients speak RESP3.
    pub is_resp3: bool,
    /// `stream-node-max-entries`, small so that nodes matter in short sequences.
    pub node_entries_max: u32,
    /// `stream-node-max-bytes`.
    pub node_bytes_max: u32,
    /// The commands.
    pub steps: Vec<Step>,
}

/// A command as redis-cli would take it.
pub fn show(words: &[Word]) -> String {
    let words: Vec<String> = words.iter().map(|word| show_word(word)).collect();
    words.join(" ")
}

fn show_word(word: &[u8]) -> String {
    let is_plain = |byte: &u8| byte.is_ascii_graphic() && !b"\"'\\".contains(byte);
    if !word.is_empty() && word.iter().all(is_plain) {
        return String::from_utf8_lossy(word).into_owned();
    }
    let mut shown = String::from("\"");
    for &byte in word {
        match byte {
            b'"' | b'\\' => shown.extend(['\\', char::from(byte)]),
            b' '..=b'~' => shown.push(char::from(byte)),
            _ => shown.push_str(&format!("\\x{byte:02x}")),
        }
    }
    shown.push('"');
    shown
}
