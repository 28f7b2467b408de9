//! How bytes are counted and laid out.
//!
//! Two different things: [`redis`] counts what an item *would* take in Redis's own encoding (spec
//! §3.3), because that decides where nodes end and so what `~` trimming removes; the rest is our
//! own encoding, which is smaller.

// What is inlined always is called several times for each entry, and would else be a call of its
// own in a build that is optimised for size.

/// Appends a number, seven bits a byte, low bits first.
#[inline(always)]
pub(super) fn put_varint(out: &mut Vec<u8>, n: u64) {
    if n < 0x80 {
        out.push(n as u8);
    } else {
        put_long_varint(out, n);
    }
}

fn put_long_varint(out: &mut Vec<u8>, mut n: u64) {
    while 0x80 <= n {
        out.push(n as u8 | 0x80);
        n >>= 7;
    }
    out.push(n as u8);
}

/// Reads a number that [`put_varint`] wrote and moves `at` behind it.
#[inline(always)]
pub(super) fn varint(bytes: &[u8], at: &mut usize) -> u64 {
    let first = bytes[*at];
    *at += 1;
    if first < 0x80 { u64::from(first) } else { long_varint(bytes, at, first) }
}

fn long_varint(bytes: &[u8], at: &mut usize, first: u8) -> u64 {
    let mut n = u64::from(first & 0x7f);
    let mut shift = 7;
    loop {
        let byte = bytes[*at];
        *at += 1;
        n |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return n;
        }
        shift += 7;
    }
}

/// How many bytes [`put_varint`] writes.
#[inline(always)]
pub(super) fn varint_len(n: u64) -> usize {
    if n < 0x80 { 1 } else { long_varint_len(n) }
}

fn long_varint_len(n: u64) -> usize {
    let bits = 64 - (n | 1).leading_zeros() as usize;
    bits.div_ceil(7)
}

/// Appends a string, its length first.
#[inline(always)]
pub(super) fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    put_varint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

/// Reads a string that [`put_bytes`] wrote and moves `at` behind it.
#[inline(always)]
pub(super) fn bytes<'a>(packed: &'a [u8], at: &mut usize) -> &'a [u8] {
    let len = varint(packed, at) as usize;
    let start = *at;
    *at += len;
    &packed[start..*at]
}

/// Sizes in Redis's encoding of nodes, in bytes.
pub(super) mod redis {
    /// Of a node without any item.
    pub(crate) const EMPTY: u64 = 7;

    /// Of an integer.
    pub(crate) fn int(n: i64) -> u64 {
        match n {
            0..=127 => 2,
            -4096..=4095 => 3,
            -32_768..=32_767 => 4,
            -8_388_608..=8_388_607 => 5,
            -2_147_483_648..=2_147_483_647 => 6,
            _ => 10,
        }
    }

    /// Of a string, which is kept as an integer if it is one in canonical form.
    pub(crate) fn string(bytes: &[u8]) -> u64 {
        if let Some(n) = canonical(bytes) {
            return int(n);
        }
        let len = bytes.len() as u64;
        let encoded = match len {
            0..64 => 1 + len,
            64..4096 => 2 + len,
            _ => 5 + len,
        };
        encoded + back_length(encoded)
    }

    /// Of the number that lets a reader walk backwards over `encoded` bytes.
    fn back_length(encoded: u64) -> u64 {
        match encoded {
            0..=127 => 1,
            128..=16_383 => 2,
            16_384..=2_097_151 => 3,
            2_097_152..=268_435_455 => 4,
            _ => 5,
        }
    }

    /// The integer that `bytes` spell in the only way in which it would be printed.
    fn canonical(bytes: &[u8]) -> Option<i64> {
        let (negative, digits) = match bytes {
            [b'-', digits @ ..] => (true, digits),
            digits => (false, digits),
        };
        match digits {
            [b'0'] if !negative => return Some(0),
            [b'1'..=b'9', ..] if digits.len() <= 19 => {}
            _ => return None,
        }
        let mut n: i64 = 0;
        for digit in digits {
            let digit = i64::from(digit.checked_sub(b'0').filter(|digit| *digit <= 9)?);
            // Built up below zero, where there is room for the least integer.
            n = n.checked_mul(10)?.checked_sub(digit)?;
        }
        if negative { Some(n) } else { n.checked_neg() }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn only_canonical_integers_are_kept_as_such() {
            for n in [0, 1, -1, 10, -4096, i64::MAX, i64::MIN] {
                assert_eq!(canonical(n.to_string().as_bytes()), Some(n));
            }
            let others = ["", "-", "-0", "+1", "01", "1a", "a", "9223372036854775808", " 1"];
            for text in others {
                assert_eq!(canonical(text.as_bytes()), None, "{text}");
            }
        }

        #[test]
        fn sizes_follow_the_encoding() {
            let ints = [
                (0, 2),
                (127, 2),
                (128, 3),
                (-1, 3),
                (-4096, 3),
                (4095, 3),
                (4096, 4),
                (-4097, 4),
                (32_768, 5),
                (8_388_608, 6),
                (2_147_483_648, 10),
                (i64::MIN, 10),
            ];
            for (n, size) in ints {
                assert_eq!(int(n), size, "{n}");
                assert_eq!(string(n.to_string().as_bytes()), size, "{n}");
            }
            for (len, size) in [(0, 2), (63, 65), (64, 67), (126, 130), (4095, 4099), (4096, 4103)]
            {
                assert_eq!(string(&vec![b'x'; len]), size, "{len}");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_strings_come_back() {
        let numbers = [0, 1, 127, 128, 16_383, 16_384, u64::from(u32::MAX), u64::MAX];
        for n in numbers {
            let mut out = Vec::new();
            put_varint(&mut out, n);
            assert_eq!(out.len(), varint_len(n));
            put_bytes(&mut out, b"abc");
            let mut at = 0;
            assert_eq!((varint(&out, &mut at), bytes(&out, &mut at)), (n, &b"abc"[..]));
            assert_eq!(at, out.len());
        }
    }
}
