//! What INFO counts. CONFIG RESETSTAT sets it back.

use super::table;
use crate::sorted::SortedMap;

/// How often one command was used.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct CommandStat {
    /// Runs that came to an end, well or not. A blocked client's command counts when it is
    /// answered.
    pub n_calls: u64,
    /// Refused before it ran: wrong arity, out of memory, no place for it.
    pub n_rejected: u64,
    /// Ran and answered an error.
    pub n_failed: u64,
    /// How long its runs took, where somebody measured: see [`super::Server::took`].
    pub nanos: u64,
}

/// Counters since the start, or since CONFIG RESETSTAT.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Stats {
    commands: Vec<CommandStat>,
    errors: SortedMap<Vec<u8>, u64>,
    /// Commands that came to an end.
    pub n_commands: u64,
    /// Connections that were opened.
    pub n_connections: u64,
    /// Keys that expired.
    pub n_expired: u64,
    /// Reads that found their key.
    pub n_hits: u64,
    /// Reads that did not.
    pub n_misses: u64,
    /// Error replies.
    pub n_errors: u64,
    /// Which command just came to an end.
    pub last_called: Option<u16>,
}

/// Redis stops telling error codes apart when a script makes up too many of them.
const ERROR_CODES_MAX: usize = 128;

impl Stats {
    /// All zero.
    pub fn new() -> Stats {
        Stats {
            commands: vec![CommandStat::default(); table::N_ENTRIES],
            errors: SortedMap::new(),
            n_commands: 0,
            n_connections: 0,
            n_expired: 0,
            n_hits: 0,
            n_misses: 0,
            n_errors: 0,
            last_called: None,
        }
    }

    /// CONFIG RESETSTAT.
    pub fn reset(&mut self) {
        *self = Stats::new();
    }

    /// A command came to an end.
    pub fn called(&mut self, number: u16, failed: bool) {
        self.n_commands += 1;
        self.last_called = Some(number);
        if let Some(stat) = self.commands.get_mut(usize::from(number)) {
            stat.n_calls += 1;
            stat.n_failed += u64::from(failed);
        }
    }

    /// The command that just came to an end took so long.
    pub fn took(&mut self, nanos: u64) {
        let number = self.last_called.map(usize::from);
        if let Some(stat) = number.and_then(|number| self.commands.get_mut(number)) {
            stat.nanos = stat.nanos.saturating_add(nanos);
        }
    }

    /// A command was refused before it ran.
    pub fn rejected(&mut self, number: u16) {
        if let Some(stat) = self.commands.get_mut(usize::from(number)) {
            stat.n_rejected += 1;
        }
    }

    /// An error was sent; its first word is its code.
    pub fn error(&mut self, message: &[u8]) {
        self.n_errors += 1;
        let code = message.split(|&byte| byte == b' ').next().unwrap_or(b"ERR");
        if let Some(count) = self.errors.get_mut(code) {
            *count += 1;
        } else if self.errors.len() < ERROR_CODES_MAX {
            self.errors.insert(code.to_vec(), 1);
        }
    }

    /// Commands that were used or refused, by number.
    pub fn commands(&self) -> impl Iterator<Item = (u16, CommandStat)> {
        let used = |stat: &CommandStat| *stat != CommandStat::default();
        let all = self.commands.iter().enumerate().filter(move |(_, stat)| used(stat));
        all.map(|(number, stat)| (number as u16, *stat))
    }

    /// Error codes and how often each was sent, in byte order.
    pub fn errors(&self) -> impl Iterator<Item = (&[u8], u64)> {
        self.errors.iter().map(|(code, count)| (code.as_slice(), *count))
    }
}

impl Default for Stats {
    fn default() -> Stats {
        Stats::new()
    }
}
