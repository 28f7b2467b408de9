//! The words that commands are made of.

use super::Generator;
use crate::Word;

/// Keys. The last one gets its ids from the clock.
pub(super) const KEYS: &[&[u8]] = &[b"s", b"t", b"u\0\r\n\xff", b"v", b"now"];
/// The key whose entries are of the far future, where idempotency ids exist.
pub(super) const FUTURE: usize = 3;
/// Consumer groups; their order by bytes is not this one.
pub(super) const GROUPS: &[&[u8]] = &[b"g", b"Group-two", b"a\0b", b"gg"];
const CONSUMERS: &[&[u8]] = &[b"bob", b"alice", b"Zoe", b"bo", b"\xe2\x82\xac"];
const FIELDS: &[&[u8]] = &[b"item", b"n", b"price", b"", b"\x00\x01"];
const VALUES: &[&[u8]] = &[
    b"tea",
    b"",
    b"1",
    b"-1",
    b"4095",
    b"4096",
    b"-4097",
    b"32767",
    b"8388608",
    b"2147483648",
    b"-9223372036854775808",
    b"9223372036854775807",
    b"9223372036854775808",
    b"007",
    b"+5",
    b"a value of more than sixty-four bytes, because such strings have a longer header in nodes",
    b"\r\n*1\r\n$-1\r\n",
    b"\xff\xfe",
];
const ODD_IDS: &[&[u8]] = &[
    b"0-0",
    b"0-1",
    b"0",
    b"-",
    b"+",
    b"$",
    b">",
    b"*",
    b"5-*",
    b"18446744073709551615-18446744073709551615",
    b"18446744073709551615-18446744073709551614",
    b"18446744073709551615",
    b"18446744073709551616-1",
    b"9223372036854775808-3",
    b"01-2",
    b"+2",
    b" 3",
    b"3 ",
    b"3-+1",
    b"4--1",
    b"5-",
    b"-5",
    b"",
    b"1-1-1",
    b"abc",
    b"2-1\0x",
    b"(1-1",
    b"(2",
    b"(-",
    b"(",
    b"(18446744073709551615-18446744073709551615",
    b"(0-0",
    b"0x10-1",
    b"1700000000000-0",
    b"00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000\
      00000000000000000000000000000000000000000001-1",
];
const ODD_NUMBERS: &[&[u8]] = &[
    b"-1",
    b"-2",
    b"",
    b"+1",
    b"01",
    b" 1",
    b"1 ",
    b"abc",
    b"1.5",
    b"9223372036854775807",
    b"9223372036854775808",
    b"-9223372036854775808",
    b"18446744073709551615",
    b"~",
    b"=",
];

/// A line's words: for commands that are the same each time.
pub(super) fn line(text: &str) -> Vec<Word> {
    text.split(' ').map(|word| word.as_bytes().to_vec()).collect()
}

impl Generator {
    pub(super) fn key_idx(&mut self) -> usize {
        if self.rng.chance(4) { KEYS.len() - 1 } else { self.rng.below(self.n_keys) }
    }

    pub(super) fn key(&mut self) -> Word {
        KEYS[self.key_idx()].to_vec()
    }

    pub(super) fn group(&mut self) -> Word {
        let n_groups = if self.rng.chance(3) { GROUPS.len() } else { self.n_groups };
        GROUPS[self.rng.below(n_groups)].to_vec()
    }

    pub(super) fn consumer(&mut self) -> Word {
        CONSUMERS[self.rng.below(self.n_consumers)].to_vec()
    }

    pub(super) fn field(&mut self) -> Word {
        self.rng.pick(FIELDS).to_vec()
    }

    pub(super) fn value(&mut self) -> Word {
        match self.rng.below(40) {
            0 => vec![b'x'; 200 + self.rng.below(300)],
            1 => vec![b'y'; 4000 + self.rng.below(400)],
            n if n < 20 => self.rng.pick(VALUES).to_vec(),
            _ => self.rng.below(2000).to_string().into_bytes(),
        }
    }

    /// An id that may well be in a stream.
    pub(super) fn id(&mut self, key_idx: usize) -> Word {
        if self.rng.chance(4) {
            return self.rng.pick(ODD_IDS).to_vec();
        }
        self.plain_id(key_idx)
    }

    pub(super) fn plain_id(&mut self, key_idx: usize) -> Word {
        let top = self.tops[key_idx] as usize;
        // Near the top more often than anywhere else, since that is where the action is.
        let ms = match self.rng.below(3) {
            0 => self.rng.below(top + 3),
            _ => (top + 1).saturating_sub(self.rng.below(12)),
        };
        match self.rng.below(8) {
            0 => format!("{ms}").into_bytes(),
            1 => format!("{ms}-{}", self.rng.below(3)).into_bytes(),
            _ => format!("{ms}-0").into_bytes(),
        }
    }

    /// An end of a range.
    pub(super) fn bound(&mut self, key_idx: usize, open: &[u8]) -> Word {
        match self.rng.below(10) {
            0..=3 => open.to_vec(),
            4 => [b"(".to_vec(), self.plain_id(key_idx)].concat(),
            _ => self.id(key_idx),
        }
    }

    /// A number that is mostly small.
    pub(super) fn number(&mut self, below: usize) -> Word {
        if self.rng.chance(4) {
            return self.rng.pick(ODD_NUMBERS).to_vec();
        }
        self.rng.below(below).to_string().into_bytes()
    }

    /// An idle time to compare with: none that occurs is near to it, except 0.
    pub(super) fn idle_limit(&mut self) -> Word {
        if self.rng.chance(3) {
            return self.rng.pick(&[&b"-1"[..], b"abc", b"9223372036854775807", b""]).to_vec();
        }
        self.rng.pick(&[&b"0"[..], b"0", b"1000", b"10000", b"100000"]).to_vec()
    }

    /// An idle time to be set: no limit is near to it.
    pub(super) fn idle_to_set(&mut self) -> Word {
        if self.rng.chance(3) {
            return self.rng.pick(&[&b"-1"[..], b"abc", b"9223372036854775807", b""]).to_vec();
        }
        self.rng.pick(&[&b"0"[..], b"5000", b"50000", b"500000"]).to_vec()
    }

    /// Appends option groups in any order, each at most once.
    pub(super) fn options(&mut self, words: &mut Vec<Word>, mut options: Vec<Vec<Word>>) {
        self.rng.shuffle(&mut options);
        words.extend(options.into_iter().flatten());
    }
}
