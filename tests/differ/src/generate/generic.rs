//! Commands around streams: keys, other types, connections, transactions.

use streamlanes::command::Profile;

use super::Generator;
use super::words::line;
use crate::Word;

pub(super) fn keys(g: &mut Generator) -> Vec<Word> {
    let (key, other) = (g.key(), g.key());
    let word = |text: &str| text.as_bytes().to_vec();
    match g.rng.below(22) {
        0 => vec![word("DEL"), key],
        1 => vec![word("UNLINK"), key, other],
        2 => vec![word("EXISTS"), key.clone(), other, key],
        3..=4 => vec![word("TYPE"), key],
        5 => vec![word("RENAME"), key, other],
        6 => vec![word("RENAMENX"), key, other],
        7 => {
            let mut words = vec![word("COPY"), key, other];
            let mut options = Vec::new();
            if g.rng.chance(50) {
                options.push(line("REPLACE"));
            }
            if g.rng.chance(30) {
                options.push(vec![word("DB"), g.number(4)]);
            }
            g.options(&mut words, options);
            words
        }
        8 => vec![word("MOVE"), key, g.number(3)],
        9 => vec![word("SWAPDB"), g.number(3), g.number(3)],
        10..=11 => {
            let name = g.rng.pick(&["EXPIRE", "PEXPIRE", "EXPIREAT", "PEXPIREAT"]).as_bytes();
            let times: &[&[u8]] =
                &[b"0", b"-1", b"1000000000", b"9000000000", b"9999999999999", b"x"];
            let time = g.rng.pick(times).to_vec();
            let mut words = vec![name.to_vec(), key, time];
            if g.rng.chance(30) {
                words.push(g.rng.pick(&[&b"NX"[..], b"XX", b"GT", b"LT", b"NO"]).to_vec());
            }
            words
        }
        12 => vec![word("PERSIST"), key],
        13..=14 => vec![g.rng.pick(&[&b"TTL"[..], b"PTTL"]).to_vec(), key],
        15..=16 => line("DBSIZE"),
        // In EXEC the order of its reply could not be told from that of the replies.
        17 if !g.in_multi() => {
            vec![word("KEYS"), g.rng.pick(&[&b"*"[..], b"?", b"[st]", b"n*", b"\\s"]).to_vec()]
        }
        18 if g.rng.chance(30) => {
            line(g.rng.pick(&["FLUSHDB", "FLUSHALL", "FLUSHDB ASYNC", "FLUSHALL NOW"]))
        }
        // Valkey 9 decides by the length of the key as well.
        17..=20 if g.profile != Profile::Valkey9 => vec![word("OBJECT"), word("ENCODING"), key],
        _ if g.rng.chance(60) => line("SELECT 0"),
        _ => vec![word("SELECT"), g.number(3)],
    }
}

pub(super) fn other_types(g: &mut Generator) -> Vec<Word> {
    // Often a key that is no stream: on stream keys they are in the way of everything else.
    let key = if g.rng.chance(3) { g.key() } else { g.rng.pick(&[&b"w"[..], b"x"]).to_vec() };
    let value = g.value();
    let word = |text: &str| text.as_bytes().to_vec();
    match g.rng.below(17) {
        0..=1 => {
            let mut words = vec![word("SET"), key, value];
            let options: &[&str] = &["NX", "XX", "GET", "KEEPTTL", "EX 1000000", "PX 0", "EX x"];
            while g.rng.chance(30) {
                words.extend(line(g.rng.pick(options)));
            }
            words
        }
        2 => vec![word("GET"), key],
        3 => vec![word("INCR"), key],
        4 => vec![word("LPUSH"), key, value.clone(), value],
        5 => vec![word("RPUSH"), key, value],
        6 => vec![word("LPOP"), key],
        7 => vec![word("RPOP"), key, g.number(3)],
        8 => vec![word("LRANGE"), key, g.number(4), g.number(9)],
        9 => vec![word("LLEN"), key],
        10 => vec![word("SADD"), key, value.clone(), g.value(), value],
        11 if !g.in_multi() => vec![word("SMEMBERS"), key],
        12 if g.may_block => vec![word("BLPOP"), key, word("0")],
        12 => vec![word("BLPOP"), key, word("0.002")],
        13 => vec![word("LPOP"), key, g.number(3)],
        14 => vec![word("DEL"), key],
        11 | 15 => vec![word("TYPE"), key],
        _ => vec![word("SET"), key, word("1")],
    }
}

/// Any command with any words: in which order it looks at them, and how it refuses them.
pub(super) fn anything(g: &mut Generator) -> Vec<Word> {
    let name = g.rng.pick(ANY_NAMES);
    let mut words = line(name);
    for _ in 0..g.rng.below(7) {
        let key_idx = g.key_idx();
        words.push(match g.rng.below(9) {
            0..=2 => g.key(),
            3 => g.group(),
            4 => g.number(5),
            5 => g.id(key_idx),
            6 => g.consumer(),
            7 => g.rng.pick(&[&b"x"[..], b"w", b"", b"f"]).to_vec(),
            _ => g.rng.pick(super::mutate::JUNK).to_vec(),
        });
    }
    // Neither a wait without an end, nor an id from a clock tick that no reply shows.
    words.retain(|word| !word.eq_ignore_ascii_case(b"BLOCK"));
    if name == "XADD" {
        words.iter_mut().filter(|word| *word == b"*").for_each(|word| *word = b"0-1".to_vec());
    }
    words
}

/// Commands that may get any words at all: none waits, ends a connection, or tells what only the
/// machine knows.
const ANY_NAMES: &[&str] = &[
    "APPEND",
    "COPY",
    "DBSIZE",
    "DECR",
    "DECRBY",
    "DEL",
    "ECHO",
    "EXISTS",
    "EXPIRETIME",
    "GET",
    "GETDEL",
    "INCR",
    "INCRBY",
    "LINDEX",
    "LLEN",
    "LPOP",
    "LPUSH",
    "LRANGE",
    "MGET",
    "MOVE",
    "MSET",
    "PERSIST",
    "PEXPIRETIME",
    "PING",
    "PTTL",
    "RENAME",
    "RENAMENX",
    "RPOP",
    "RPUSH",
    "SADD",
    "SCARD",
    "SELECT",
    "SETNX",
    "SISMEMBER",
    "SREM",
    "STRLEN",
    "SWAPDB",
    "TOUCH",
    "TTL",
    "TYPE",
    "UNLINK",
    "UNWATCH",
    "WATCH",
    "XACK",
    "XACKDEL",
    "XADD",
    "XAUTOCLAIM",
    "XCLAIM",
    "XDEL",
    "XDELEX",
    "XGROUP CREATE",
    "XGROUP SETID",
    "XGROUP DESTROY",
    "XGROUP CREATECONSUMER",
    "XGROUP DELCONSUMER",
    "XGROUP",
    "XINFO",
    "XINFO STREAM",
    "XINFO GROUPS",
    "XINFO CONSUMERS",
    "XLEN",
    "XPENDING",
    "XRANGE",
    "XREAD",
    "XREADGROUP",
    "XREVRANGE",
    "XSETID",
    "XTRIM",
    "XNACK",
    "XCFGSET",
    "XIDMPRECORD",
    "SETEX",
    "OBJECT",
    "SET",
];

/// More of the strings, lists and sets.
pub(super) fn more_types(g: &mut Generator) -> Vec<Word> {
    let key = if g.rng.chance(4) { g.key() } else { g.rng.pick(&[&b"w"[..], b"x"]).to_vec() };
    let value = g.value();
    let word = |text: &str| text.as_bytes().to_vec();
    match g.rng.below(22) {
        0 => vec![word("APPEND"), key, value],
        1 => vec![word("STRLEN"), key],
        2 => vec![word("SETEX"), key, g.number(9000), value],
        3 => vec![word("SETNX"), key, value],
        4 => vec![word("GETDEL"), key],
        5 => vec![word("MSET"), key, value, word("w"), g.value()],
        6 => vec![word("MGET"), key, word("w"), g.key()],
        7 => vec![word("INCRBY"), key, g.number(100)],
        8 => vec![word("DECR"), key],
        9 => vec![word("DECRBY"), key, g.number(100)],
        10 => vec![word("SCARD"), key],
        11 => vec![word("SISMEMBER"), key, value],
        12 => vec![word("SREM"), key, value, g.value()],
        13 => vec![word("LINDEX"), key, g.number(4)],
        14 => vec![g.rng.pick(&[&b"EXPIRETIME"[..], b"PEXPIRETIME"]).to_vec(), key],
        15 => vec![word("TOUCH"), key.clone(), key],
        16 => vec![word("SET"), key, value, word("EX"), g.number(5000)],
        17 => vec![word("COPY"), key, g.key(), word("REPLACE")],
        18 => vec![word("RENAME"), key, g.key()],
        19 => vec![word("SET"), g.key(), value],
        20 => vec![word("DEL"), g.key()],
        _ => vec![word("UNLINK"), key],
    }
}

pub(super) fn connection(g: &mut Generator) -> Vec<Word> {
    match g.rng.below(9) {
        0 => line("PING"),
        1 => vec![b"PING".to_vec(), g.value()],
        2 => vec![b"ECHO".to_vec(), g.value()],
        3 => vec![b"CLIENT".to_vec(), b"SETNAME".to_vec(), g.field()],
        4 => line("CLIENT GETNAME"),
        5 => line(g.rng.pick(&[
            "CONFIG GET stream-node-max-entries",
            "CONFIG GET stream-node-max-bytes",
            "CONFIG GET nope",
        ])),
        6 => vec![b"PUBLISH".to_vec(), b"news".to_vec(), g.value()],
        7 => line(g.rng.pick(&["NOSUCH", "NOSUCH a", "CLIENT NOSUCH", "XGROUP", "ECHO", "GET"])),
        _ if g.rng.chance(40) => {
            let mut words = line("CONFIG SET stream-node-max-bytes");
            words
                .push(g.rng.pick(&[&b"4096"[..], b"0", b"100", b"1kb", b"-1", b"x", b""]).to_vec());
            words
        }
        _ => {
            let mut words = line("CONFIG SET stream-node-max-entries");
            words.push(g.rng.pick(&[&b"100"[..], b"2", b"0", b"7", b"-1", b"x", b""]).to_vec());
            words
        }
    }
}

pub(super) fn transaction(g: &mut Generator) -> Vec<Word> {
    let client = g.client;
    if !g.in_multi[client] && g.rng.chance(40) {
        return match g.rng.below(3) {
            0 => line("UNWATCH"),
            _ => vec![b"WATCH".to_vec(), g.key(), g.key()],
        };
    }
    let name = match (g.in_multi[client], g.rng.below(10)) {
        (false, 0) => "EXEC",
        (false, 1) => "DISCARD",
        (false, _) => "MULTI",
        (true, 0) => "MULTI",
        (true, 1) => "DISCARD",
        (true, _) => "EXEC",
    };
    g.in_multi[client] = name == "MULTI";
    line(name)
}
