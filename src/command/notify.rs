//! Keyspace notifications: the classes of events and their letters in `notify-keyspace-events`.

/// Tell `__keyspace@<db>__:<key>` what happened (letter `K`).
pub const KEYSPACE: u16 = 1 << 0;
/// Tell `__keyevent@<db>__:<event>` which key (letter `E`).
pub const KEYEVENT: u16 = 1 << 1;
/// DEL, EXPIRE, RENAME… (letter `g`).
pub const GENERIC: u16 = 1 << 2;
/// Strings (letter `$`).
pub const STRING: u16 = 1 << 3;
/// Lists (letter `l`).
pub const LIST: u16 = 1 << 4;
/// Sets (letter `s`).
pub const SET: u16 = 1 << 5;
/// Hashes (letter `h`); nothing here sends one.
pub const HASH: u16 = 1 << 6;
/// Sorted sets (letter `z`); nothing here sends one.
pub const ZSET: u16 = 1 << 7;
/// Keys that expired (letter `x`).
pub const EXPIRED: u16 = 1 << 8;
/// Keys that were evicted (letter `e`); nothing here sends one.
pub const EVICTED: u16 = 1 << 9;
/// Streams (letter `t`).
pub const STREAM: u16 = 1 << 10;
/// Reads of missing keys (letter `m`); not part of `A`.
pub const KEY_MISS: u16 = 1 << 11;
/// Keys that did not exist before (letter `n`); not part of `A`.
pub const NEW: u16 = 1 << 12;
/// Module types (letter `d`); nothing here sends one.
pub const MODULE: u16 = 1 << 13;

/// What the letter `A` stands for.
pub const ALL: u16 =
    GENERIC | STRING | LIST | SET | HASH | ZSET | EXPIRED | EVICTED | STREAM | MODULE;

// In the order in which CONFIG GET prints them.
const LETTERS: [(u8, u16); 12] = [
    (b'g', GENERIC),
    (b'$', STRING),
    (b'l', LIST),
    (b's', SET),
    (b'h', HASH),
    (b'z', ZSET),
    (b'x', EXPIRED),
    (b'e', EVICTED),
    (b't', STREAM),
    (b'd', MODULE),
    (b'n', NEW),
    (b'K', KEYSPACE),
];
const LAST_LETTERS: [(u8, u16); 2] = [(b'E', KEYEVENT), (b'm', KEY_MISS)];

/// Reads the letters; `None` if one of them means nothing.
pub fn parse(letters: &[u8]) -> Option<u16> {
    let mut classes = 0;
    for &letter in letters {
        classes |= match letter {
            b'A' => ALL,
            _ => LETTERS.iter().chain(&LAST_LETTERS).find(|(other, _)| *other == letter)?.1,
        };
    }
    Some(classes)
}

/// The letters, as CONFIG GET prints them.
pub fn print(classes: u16) -> Vec<u8> {
    let mut letters = Vec::new();
    let all = classes & ALL == ALL;
    if all {
        letters.push(b'A');
    }
    for &(letter, class) in LETTERS.iter().chain(&LAST_LETTERS) {
        if classes & class != 0 && !(all && ALL & class != 0) {
            letters.push(letter);
        }
    }
    letters
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_come_back() {
        for (given, printed) in [("", ""), ("KEA", "AKE"), ("Kx", "xK"), ("tE", "tE"), ("Am", "Am")]
        {
            let classes = parse(given.as_bytes()).unwrap();
            assert_eq!(String::from_utf8(print(classes)).unwrap(), printed);
        }
        assert_eq!(parse(b"Kq"), None);
    }
}
