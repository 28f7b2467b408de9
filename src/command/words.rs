//! The words of one command in one buffer.
//!
//! Services send millions of commands, and a blocked client keeps its own until it is served: one
//! allocation for each instead of one for each word.

use crate::engine::StreamId;
use crate::resp::write_u64;

/// Words, each behind its length.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Words {
    packed: Vec<u8>,
    n_words: usize,
    /// Where the length of a word stands that is not complete yet.
    open_at: Option<usize>,
}

/// Bytes of a word's length. No word is longer than a bulk string.
const LEN_BYTES: usize = 4;
const _: () = assert!(crate::limits::BULK_BYTES_MAX <= u32::MAX as usize);

/// So many words are handed over without an allocation.
const FEW_WORDS: usize = 24;

impl Words {
    /// No words, and room for some bytes.
    pub fn with_capacity(n_bytes: usize) -> Words {
        Words { packed: Vec::with_capacity(n_bytes), ..Words::default() }
    }

    /// Appends a word.
    pub fn push(&mut self, word: impl AsRef<[u8]>) {
        let word = word.as_ref();
        self.packed.extend_from_slice(&(word.len() as u32).to_le_bytes());
        self.packed.extend_from_slice(word);
        self.n_words += 1;
    }

    /// Appends a number as a word.
    pub fn push_number(&mut self, n: u64) {
        self.append_number(n);
        self.end_word();
    }

    /// Appends an entry id as a word.
    pub fn push_id(&mut self, id: StreamId) {
        self.append_id(id);
        self.end_word();
    }

    /// Bytes of a word that is not complete yet: finish it with [`Words::end_word`].
    pub fn append(&mut self, bytes: &[u8]) {
        if self.open_at.is_none() {
            self.open_at = Some(self.packed.len());
            self.packed.extend_from_slice(&[0; LEN_BYTES]);
        }
        self.packed.extend_from_slice(bytes);
    }

    /// Digits of a word that is not complete yet.
    pub fn append_number(&mut self, n: u64) {
        let mut digits = [0; 20];
        let len = write_u64(&mut digits, n);
        self.append(&digits[..len]);
    }

    /// An entry id in a word that is not complete yet.
    pub fn append_id(&mut self, id: StreamId) {
        self.append_number(id.ms);
        self.append(b"-");
        self.append_number(id.seq);
    }

    /// Ends the word that was appended to.
    pub fn end_word(&mut self) {
        let Some(at) = self.open_at.take() else { return self.push("") };
        let len = (self.packed.len() - at - LEN_BYTES) as u32;
        self.packed[at..at + LEN_BYTES].copy_from_slice(&len.to_le_bytes());
        self.n_words += 1;
    }

    /// How many words there are.
    pub fn len(&self) -> usize {
        self.n_words
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.n_words == 0
    }

    /// The words.
    pub fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let mut rest = self.packed.as_slice();
        std::iter::from_fn(move || {
            let (len, after) = rest.split_first_chunk::<LEN_BYTES>()?;
            let (word, after) = after.split_at_checked(u32::from_le_bytes(*len) as usize)?;
            rest = after;
            Some(word)
        })
    }

    /// A word by its place.
    pub fn get(&self, idx: usize) -> Option<&[u8]> {
        self.iter().nth(idx)
    }

    /// Calls `run` with all words as the server wants them.
    pub fn with_slices<R>(&self, run: impl FnOnce(&[&[u8]]) -> R) -> R {
        if FEW_WORDS < self.n_words {
            return run(&self.iter().collect::<Vec<_>>());
        }
        let mut slices: [&[u8]; FEW_WORDS] = [&[]; FEW_WORDS];
        self.fill(&mut slices);
        run(&slices[..self.n_words])
    }

    /// Puts the first words into `slices`. Not inlined: were their number known here, the loop
    /// would be unrolled, and LLVM 22 then reasons about the lengths for more than half an hour.
    #[inline(never)]
    fn fill<'a>(&'a self, slices: &mut [&'a [u8]]) {
        for (slice, word) in slices.iter_mut().zip(self.iter()) {
            *slice = word;
        }
    }

    /// The words with their lengths, as one run of bytes: for hashing.
    pub fn packed(&self) -> &[u8] {
        &self.packed
    }
}

impl<'a> FromIterator<&'a [u8]> for Words {
    fn from_iter<I: IntoIterator<Item = &'a [u8]>>(words: I) -> Words {
        let mut packed = Words::with_capacity(128);
        words.into_iter().for_each(|word| packed.push(word));
        packed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_come_back_as_they_were_pushed() {
        let mut words = Words::default();
        words.push("XACK");
        words.push("");
        words.push_id(StreamId::new(u64::MAX, 0));
        words.append(b"c");
        words.append_number(17);
        words.end_word();
        words.push_number(0);
        words.end_word();
        let expected: [&[u8]; 6] = [b"XACK", b"", b"18446744073709551615-0", b"c17", b"0", b""];
        assert_eq!(words.iter().collect::<Vec<_>>(), expected);
        assert_eq!((words.len(), words.get(3), words.get(6)), (6, Some(&b"c17"[..]), None));
        words.with_slices(|slices| assert_eq!(slices, expected));
        let many: Words = (0..100).map(|_| &b"w"[..]).collect();
        many.with_slices(|slices| assert_eq!(slices, [&b"w"[..]; 100]));
    }
}
