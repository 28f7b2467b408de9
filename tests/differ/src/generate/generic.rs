//! Commands around streams: keys, other types, connections, transactions.

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
        17..=20 => vec![word("OBJECT"), word("ENCODING"), key],
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
        12 => vec![word("BLPOP"), key, word("0.001")],
        13 => vec![word("LPOP"), key, g.number(3)],
        14 => vec![word("DEL"), key],
        11 | 15 => vec![word("TYPE"), key],
        _ => vec![word("SET"), key, word("1")],
    }
}

pub(super) fn connection(g: &mut Generator) -> Vec<Word> {
    match g.rng.below(9) {
        0 => line("PING"),
        1 => vec![b"PING".to_vec(), g.value()],
        2 => vec![b"ECHO".to_vec(), g.value()],
        3 => vec![b"CLIENT".to_vec(), b"SETNAME".to_vec(), g.field()],
        4 => line("CLIENT GETNAME"),
        5 => line(g.rng.pick(&["CONFIG GET stream-node-max-entries", "CONFIG GET nope"])),
        6 => vec![b"PUBLISH".to_vec(), b"news".to_vec(), g.value()],
        7 => line(g.rng.pick(&["NOSUCH", "NOSUCH a", "CLIENT NOSUCH", "XGROUP", "ECHO", "GET"])),
        _ => vec![b"CONFIG".to_vec(), b"SET".to_vec(), b"stream-node-max-entries".to_vec(), {
            g.rng.pick(&[&b"100"[..], b"2", b"-1", b"x"]).to_vec()
        }],
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
