//! Hashes that are the same on every machine and in every build. Not for secrets.

/// Folds values into 64 bits, in order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Fingerprint(u64);

impl Default for Fingerprint {
    fn default() -> Fingerprint {
        Fingerprint(0x243f_6a88_85a3_08d3)
    }
}

impl Fingerprint {
    /// Folds a number in.
    pub fn number(&mut self, n: u64) {
        let mixed = (self.0.rotate_left(23) ^ n).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = mixed ^ (mixed >> 29);
    }

    /// Folds bytes in, with their length, so that `ab`, `c` differs from `a`, `bc`.
    pub fn bytes(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        words.iter().for_each(|word| self.number(u64::from_be_bytes(*word)));
        self.number(rest.iter().fold(0, |n, byte| n << 8 | u64::from(*byte)));
        self.number(bytes.len() as u64);
    }

    /// The 64 bits.
    pub fn value(self) -> u64 {
        let mut last = self;
        last.number(0);
        last.0
    }
}

/// The hash of one byte string.
pub fn hash_bytes(bytes: &[u8]) -> u64 {
    let mut fingerprint = Fingerprint::default();
    fingerprint.bytes(bytes);
    fingerprint.value()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_a_string_ends_counts() {
        let hash = |parts: &[&str]| {
            let mut fingerprint = Fingerprint::default();
            parts.iter().for_each(|part| fingerprint.bytes(part.as_bytes()));
            fingerprint.value()
        };
        assert_ne!(hash(&["ab", "c"]), hash(&["a", "bc"]));
        assert_ne!(hash(&["", "a"]), hash(&["a", ""]));
        assert_ne!(hash(&["\0"]), hash(&[""]));
        assert_eq!(hash(&["ab", "c"]), hash(&["ab", "c"]));
    }
}
