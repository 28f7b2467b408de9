//! The commands there are, and finding one by its name without allocating.

use super::{Profile, Spec};
use super::{
    admin, client, command_cmd, config, connection, database, debug, expire, info, keys, list,
    monitor, pubsub, set, stream, string, transaction,
};

/// Every command, in byte order of its name.
pub static COMMANDS: &[&Spec] = &[
    &string::APPEND,
    &connection::AUTH,
    &list::BLPOP,
    &list::BRPOP,
    &client::CLIENT,
    &command_cmd::COMMAND,
    &config::CONFIG,
    &keys::COPY,
    &database::DBSIZE,
    &debug::DEBUG,
    &string::DECR,
    &string::DECRBY,
    &keys::DEL,
    &transaction::DISCARD,
    &connection::ECHO,
    &transaction::EXEC,
    &keys::EXISTS,
    &expire::EXPIRE,
    &expire::EXPIREAT,
    &expire::EXPIRETIME,
    &database::FLUSHALL,
    &database::FLUSHDB,
    &admin::FUNCTION,
    &string::GET,
    &string::GETDEL,
    &connection::HELLO,
    &string::INCR,
    &string::INCRBY,
    &info::INFO,
    &database::KEYS,
    &list::LINDEX,
    &list::LLEN,
    &list::LPOP,
    &list::LPUSH,
    &list::LRANGE,
    &debug::MEMORY,
    &string::MGET,
    &monitor::MONITOR,
    &keys::MOVE,
    &string::MSET,
    &transaction::MULTI,
    &debug::OBJECT,
    &expire::PERSIST,
    &expire::PEXPIRE,
    &expire::PEXPIREAT,
    &expire::PEXPIRETIME,
    &connection::PING,
    &pubsub::PSUBSCRIBE,
    &expire::PTTL,
    &pubsub::PUBLISH,
    &pubsub::PUBSUB,
    &pubsub::PUNSUBSCRIBE,
    &connection::QUIT,
    &keys::RENAME,
    &keys::RENAMENX,
    &connection::RESET,
    &list::RPOP,
    &list::RPUSH,
    &set::SADD,
    &database::SCAN,
    &set::SCARD,
    &admin::SCRIPT,
    &connection::SELECT,
    &string::SET,
    &string::SETEX,
    &string::SETNX,
    &set::SISMEMBER,
    &set::SMEMBERS,
    &set::SREM,
    &string::STRLEN,
    &pubsub::SUBSCRIBE,
    &database::SWAPDB,
    &admin::TIME,
    &keys::TOUCH,
    &expire::TTL,
    &keys::TYPE,
    &keys::UNLINK,
    &pubsub::UNSUBSCRIBE,
    &transaction::UNWATCH,
    &admin::WAIT,
    &transaction::WATCH,
    &stream::XACK,
    &stream::XACKDEL,
    &stream::XADD,
    &stream::XAUTOCLAIM,
    &stream::XCFGSET,
    &stream::XCLAIM,
    &stream::XDEL,
    &stream::XDELEX,
    &stream::XGROUP,
    &stream::XIDMPRECORD,
    &stream::XINFO,
    &stream::XLEN,
    &stream::XNACK,
    &stream::XPENDING,
    &stream::XRANGE,
    &stream::XREAD,
    &stream::XREADGROUP,
    &stream::XREVRANGE,
    &stream::XSETID,
    &stream::XTRIM,
];

/// A command or subcommand, as the dispatcher sees it.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// What is known about it.
    pub spec: &'static Spec,
    /// Its place in [`ENTRIES`].
    pub number: u16,
    /// For a subcommand: the number of its container.
    pub container: Option<u16>,
    /// Its flags as bits; see [`flag`].
    pub flags: u16,
}

/// The flags that the dispatcher asks for.
pub mod flag {
    /// Changes data.
    pub const WRITE: u16 = 1 << 0;
    /// Refused when memory is short.
    pub const DENYOOM: u16 = 1 << 1;
    /// Refused inside MULTI.
    pub const NO_MULTI: u16 = 1 << 2;
    /// Not shown to MONITOR.
    pub const HIDDEN: u16 = 1 << 3;
    /// Allowed before AUTH.
    pub const NO_AUTH: u16 = 1 << 4;
    /// Allowed to a RESP2 client that listens to channels.
    pub const WHILE_LISTENING: u16 = 1 << 5;
    /// Runs at once inside MULTI instead of being queued.
    pub const NOT_QUEUED: u16 = 1 << 6;
    /// May leave something with the client until later: keys it waits for or watches, channels.
    pub const HELD: u16 = 1 << 7;
    /// Ends a transaction.
    pub const ENDS_MULTI: u16 = 1 << 8;
}

/// How many commands and subcommands there are.
pub const N_ENTRIES: usize = count_entries();

/// Commands and subcommands: each container is followed by its subcommands.
pub static ENTRIES: [Entry; N_ENTRIES] = make_entries();

const SLOTS: usize = 1024;
const EMPTY: u16 = u16::MAX;

/// Numbers of the commands (not of subcommands) by the hash of the name; open addressing.
static BY_HASH: [u16; SLOTS] = make_index();

const _: () = assert!(N_ENTRIES < SLOTS / 2);

/// The command of that name, in any case, whatever the profile.
pub fn find(name: &[u8]) -> Option<&'static Entry> {
    let mut slot = hash(name);
    loop {
        let number = BY_HASH[slot];
        if number == EMPTY {
            return None;
        }
        let entry = &ENTRIES[usize::from(number)];
        if entry.spec.name.as_bytes().eq_ignore_ascii_case(name) {
            return Some(entry);
        }
        slot = (slot + 1) % SLOTS;
    }
}

/// The subcommand of that name, in any case.
pub fn find_subcommand(container: &'static Entry, name: &[u8]) -> Option<&'static Entry> {
    let first = usize::from(container.number) + 1;
    let subcommands = ENTRIES.get(first..first + container.spec.subcommands.len())?;
    subcommands.iter().find(|entry| second_word(entry.spec).eq_ignore_ascii_case(name))
}

/// The entry of a number; the first one if there is no such number.
pub fn entry(number: u16) -> &'static Entry {
    ENTRIES.get(usize::from(number)).unwrap_or(&ENTRIES[0])
}

/// The commands that a profile has.
pub fn commands(profile: Profile) -> impl Iterator<Item = &'static Spec> {
    COMMANDS.iter().copied().filter(move |spec| profile.has(spec.since))
}

/// The name as errors and INFO print it: `xadd`, `xgroup|create`.
pub fn full_name(spec: &Spec) -> String {
    spec.name.to_ascii_lowercase().replace(' ', "|")
}

fn second_word(spec: &Spec) -> &'static [u8] {
    spec.name.split_once(' ').map_or(b"", |(_, word)| word.as_bytes())
}

const fn hash(name: &[u8]) -> usize {
    let mut hash: u32 = 0x811c_9dc5;
    let mut i = 0;
    while i < name.len() {
        hash = (hash ^ name[i].to_ascii_uppercase() as u32).wrapping_mul(0x0100_0193);
        i += 1;
    }
    ((hash >> 16) ^ hash) as usize % SLOTS
}

const fn count_entries() -> usize {
    let mut n = 0;
    let mut i = 0;
    while i < COMMANDS.len() {
        n += 1 + COMMANDS[i].subcommands.len();
        i += 1;
    }
    n
}

const fn make_entries() -> [Entry; N_ENTRIES] {
    let first = Entry { spec: COMMANDS[0], number: 0, container: None, flags: 0 };
    let mut entries = [first; N_ENTRIES];
    let mut n = 0;
    let mut i = 0;
    while i < COMMANDS.len() {
        let spec = COMMANDS[i];
        let number = n as u16;
        entries[n] = Entry { spec, number, container: None, flags: bits(spec) };
        n += 1;
        let mut j = 0;
        while j < spec.subcommands.len() {
            let sub = spec.subcommands[j];
            let container = Some(number);
            entries[n] = Entry { spec: sub, number: n as u16, container, flags: bits(sub) };
            n += 1;
            j += 1;
        }
        i += 1;
    }
    entries
}

const fn make_index() -> [u16; SLOTS] {
    let mut index = [EMPTY; SLOTS];
    let mut n = 0;
    while n < N_ENTRIES {
        if ENTRIES[n].container.is_none() {
            let mut slot = hash(ENTRIES[n].spec.name.as_bytes());
            while index[slot] != EMPTY {
                slot = (slot + 1) % SLOTS;
            }
            index[slot] = n as u16;
        }
        n += 1;
    }
    index
}

const fn bits(spec: &Spec) -> u16 {
    let mut bits = match spec.name.as_bytes() {
        b"EXEC" | b"DISCARD" => flag::NOT_QUEUED | flag::ENDS_MULTI,
        b"MULTI" => flag::NOT_QUEUED,
        b"WATCH" => flag::NOT_QUEUED | flag::HELD,
        b"QUIT" | b"RESET" => flag::NOT_QUEUED | flag::ENDS_MULTI | flag::WHILE_LISTENING,
        b"SUBSCRIBE" | b"PSUBSCRIBE" => flag::WHILE_LISTENING | flag::HELD,
        b"PING" | b"UNSUBSCRIBE" | b"PUNSUBSCRIBE" => flag::WHILE_LISTENING,
        _ => 0,
    };
    let mut i = 0;
    while i < spec.flags.len() {
        bits |= bit(spec.flags[i].as_bytes());
        i += 1;
    }
    bits
}

const fn bit(flag: &[u8]) -> u16 {
    match flag {
        b"write" => flag::WRITE,
        b"denyoom" => flag::DENYOOM,
        b"no_multi" => flag::NO_MULTI,
        b"admin" | b"skip_monitor" => flag::HIDDEN,
        b"no_auth" => flag::NO_AUTH,
        b"blocking" => flag::HELD,
        _ => 0,
    }
}
