//! Commands that are not quite right.

use crate::Word;
use crate::rng::Rng;

pub(super) const JUNK: &[&[u8]] = &[
    b"",
    b"*",
    b"$",
    b">",
    b"0",
    b"-1",
    b"1",
    b"9999999999999999999",
    b"COUNT",
    b"STREAMS",
    b"BLOCK",
    b"GROUP",
    b"NOACK",
    b"JUSTID",
    b"LIMIT",
    b"MAXLEN",
    b"MINID",
    b"~",
    b"=",
    b"ENTRIESREAD",
    b"MKSTREAM",
    b"LASTID",
    b"IDLE",
    b"KEEPREF",
    b"ACKED",
    b"IDS",
    b"\0",
    b"x\r\ny",
];

/// Changes one thing about a command. What it makes never waits: BLOCK gets no number from here.
pub(super) fn mutate(rng: &mut Rng, mut words: Vec<Word>) -> Vec<Word> {
    let may_wait = words.iter().any(|word| word.eq_ignore_ascii_case(b"BLOCK"))
        || words[0].eq_ignore_ascii_case(b"BLPOP");
    let at = rng.below(words.len());
    match rng.below(8) {
        0 => {
            // Any case will do.
            let is_upper = rng.chance(50);
            for byte in &mut words[at] {
                *byte =
                    if is_upper { byte.to_ascii_uppercase() } else { byte.to_ascii_lowercase() };
            }
        }
        _ if may_wait => {}
        1 if 1 < words.len() => {
            words.remove(at.max(1));
        }
        2 => {
            let word = words[at].clone();
            words.insert(at + 1, word);
        }
        3 if 1 < words.len() => {
            let other = 1 + rng.below(words.len() - 1);
            words.swap(at.max(1), other);
        }
        4 if 1 < words.len() => words[at.max(1)] = rng.pick(JUNK).to_vec(),
        5 => words.insert(at + 1, rng.pick(JUNK).to_vec()),
        6 => words.push(rng.pick(JUNK).to_vec()),
        _ => words.truncate(at.max(1)),
    }
    // Not a wait without an end, nor an id from a clock tick that no reply shows.
    let is_odd = |word: &Word| word.eq_ignore_ascii_case(b"BLOCK");
    if !may_wait && words.iter().any(is_odd) {
        words.retain(|word| !is_odd(word));
    }
    if words[0].eq_ignore_ascii_case(b"XADD") {
        words.iter_mut().filter(|word| *word == b"*").for_each(|word| *word = b"0-1".to_vec());
    }
    words
}
