//! Requests: the bytes that a client sends, cut into commands.
//!
//! Words are slices of what was read; nothing is copied. A command that arrives in pieces is not
//! looked at twice: the parser remembers how far it came. What is refused, and with which words, is
//! what Redis does: a line is ended by its CR, the byte behind it is skipped unseen, and so are the
//! two bytes behind a bulk string.
//!
//! Invariant: knows no socket and no command.

use std::ops::Range;

use streamlanes::command::args::strict_i64;
use streamlanes::limits::{ARGS_MAX, BULK_BYTES_MAX};

use crate::inline::split_inline;
use crate::limits::{LINE_BYTES_MAX, UNTRUSTED_ARGS_MAX, UNTRUSTED_BULK_BYTES_MAX};

/// Whether a client has given the password (or none is needed).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Trust {
    /// Only short commands are read.
    Unknown,
    /// All is read, up to the general limits.
    Full,
}

/// What the start of some bytes is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Parsed {
    /// A command, whose words are in the caller's list; it took so many bytes.
    Command(usize),
    /// An inline command (typed into telnet): its words, unquoted, and the bytes it took.
    Inline(usize, Vec<Vec<u8>>),
    /// Nothing to do (an empty line, an empty array), which took so many bytes.
    Nothing(usize),
    /// More bytes are needed.
    Incomplete,
}

/// Why the connection has to end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ProtocolError {
    InvalidMultibulkLength,
    InvalidBulkLength,
    UnauthenticatedMultibulkLength,
    UnauthenticatedBulkLength,
    TooBigInlineRequest,
    TooBigMultibulkCount,
    TooBigBulkCount,
    UnbalancedQuotes,
    /// A bulk string should begin here, and this byte was found.
    ExpectedBulk(u8),
}

impl ProtocolError {
    /// The error reply's text, code first.
    pub fn message(self) -> Vec<u8> {
        let text: &[u8] = match self {
            ProtocolError::InvalidMultibulkLength => b"invalid multibulk length",
            ProtocolError::InvalidBulkLength => b"invalid bulk length",
            ProtocolError::UnauthenticatedMultibulkLength => b"unauthenticated multibulk length",
            ProtocolError::UnauthenticatedBulkLength => b"unauthenticated bulk length",
            ProtocolError::TooBigInlineRequest => b"too big inline request",
            ProtocolError::TooBigMultibulkCount => b"too big mbulk count string",
            ProtocolError::TooBigBulkCount => b"too big bulk count string",
            ProtocolError::UnbalancedQuotes => b"unbalanced quotes in request",
            ProtocolError::ExpectedBulk(_) => b"expected '$', got '",
        };
        let mut message = b"ERR Protocol error: ".to_vec();
        message.extend_from_slice(text);
        if let ProtocolError::ExpectedBulk(found) = self {
            // Redis formats the byte into a C string.
            let shown: &[u8] = if found == 0 { b"" } else { &[found, b'\''] };
            message.extend_from_slice(shown);
        }
        message
    }
}

/// How far an incomplete command was read. All offsets count from the command's first byte.
#[derive(Clone, Debug)]
pub struct Requests {
    /// Longest word of a command, in bytes.
    pub bulk_bytes_max: usize,
    /// Words that are announced and not read yet; 0: between two commands.
    n_words_left: usize,
    /// Words that were read.
    words: Vec<Range<usize>>,
    /// The next byte to look at.
    at: usize,
    /// With fewer bytes than this there is nothing to look at.
    n_bytes_min: usize,
}

impl Default for Requests {
    fn default() -> Requests {
        Requests {
            bulk_bytes_max: BULK_BYTES_MAX,
            n_words_left: 0,
            words: Vec::new(),
            at: 0,
            n_bytes_min: 0,
        }
    }
}

impl Requests {
    /// Reads one command from the start of `bytes`. While it says [`Parsed::Incomplete`] the next
    /// call must begin with the same bytes, and more.
    ///
    /// # Errors
    /// No command can begin or go on like this: the connection is to be closed.
    pub fn parse<'a>(
        &mut self,
        bytes: &'a [u8],
        trust: Trust,
        words: &mut Vec<&'a [u8]>,
    ) -> Result<Parsed, ProtocolError> {
        words.clear();
        if bytes.len() < self.n_bytes_min.max(1) {
            return Ok(Parsed::Incomplete);
        }
        let mut at = self.at;
        let mut n_words_left = self.n_words_left;
        if n_words_left == 0 {
            if bytes[0] != b'*' {
                return parse_inline(bytes);
            }
            let error = ProtocolError::TooBigMultibulkCount;
            let Some((line, next)) = line(bytes, 0, error)? else {
                return Ok(Parsed::Incomplete);
            };
            n_words_left = multibulk_length(&line[1..], trust)?;
            at = next;
            if n_words_left == 0 {
                return Ok(Parsed::Nothing(at));
            }
        } else {
            words.extend(self.words.iter().map(|range| &bytes[range.clone()]));
        }
        while 0 < n_words_left {
            let (start, len) = match bulk_header(bytes, at, trust, self.bulk_bytes_max)? {
                Some(header) => header,
                None => return Ok(self.keep(bytes, words, n_words_left, at, 0)),
            };
            let end = start + len;
            if bytes.len() < end + 2 {
                return Ok(self.keep(bytes, words, n_words_left, at, end + 2));
            }
            words.push(&bytes[start..end]);
            at = end + 2;
            n_words_left -= 1;
        }
        if 0 < self.n_words_left {
            let bulk_bytes_max = self.bulk_bytes_max;
            *self = Requests { bulk_bytes_max, ..Requests::default() };
        }
        Ok(Parsed::Command(at))
    }

    /// Remembers an incomplete command.
    #[cold]
    fn keep(
        &mut self,
        bytes: &[u8],
        words: &[&[u8]],
        n_words_left: usize,
        at: usize,
        n_bytes_min: usize,
    ) -> Parsed {
        let n_known = self.words.len();
        // Offsets within `bytes`, of which every word is a slice.
        self.words.extend(words[n_known..].iter().map(|word| {
            let start = word.as_ptr().addr() - bytes.as_ptr().addr();
            start..start + word.len()
        }));
        self.n_words_left = n_words_left;
        self.at = at;
        self.n_bytes_min = n_bytes_min;
        Parsed::Incomplete
    }
}

/// Reads a line that begins at `at`: its bytes without CR LF, and where the next one begins.
#[inline]
fn line(
    bytes: &[u8],
    at: usize,
    too_long: ProtocolError,
) -> Result<Option<(&[u8], usize)>, ProtocolError> {
    let rest = &bytes[at..];
    match rest.iter().position(|&byte| byte == b'\r') {
        Some(len) if len + 1 < rest.len() => Ok(Some((&rest[..len], at + len + 2))),
        Some(_) => Ok(None),
        None if LINE_BYTES_MAX < rest.len() => Err(too_long),
        None => Ok(None),
    }
}

fn multibulk_length(digits: &[u8], trust: Trust) -> Result<usize, ProtocolError> {
    let len = length(digits).ok_or(ProtocolError::InvalidMultibulkLength)?;
    let len = usize::try_from(len.max(0)).map_err(|_| ProtocolError::InvalidMultibulkLength)?;
    if ARGS_MAX < len {
        return Err(ProtocolError::InvalidMultibulkLength);
    }
    if trust == Trust::Unknown && UNTRUSTED_ARGS_MAX < len {
        return Err(ProtocolError::UnauthenticatedMultibulkLength);
    }
    Ok(len)
}

/// Where the bulk string announced at `at` begins, and its length.
#[inline]
fn bulk_header(
    bytes: &[u8],
    at: usize,
    trust: Trust,
    len_max: usize,
) -> Result<Option<(usize, usize)>, ProtocolError> {
    let Some((line, start)) = line(bytes, at, ProtocolError::TooBigBulkCount)? else {
        return Ok(None);
    };
    let digits = match line {
        [b'$', digits @ ..] => digits,
        // An empty line: what stands where the '$' should be is its CR.
        _ => return Err(ProtocolError::ExpectedBulk(line.first().copied().unwrap_or(b'\r'))),
    };
    let len = length(digits).and_then(|len| usize::try_from(len).ok());
    let len = len.filter(|&len| len <= len_max).ok_or(ProtocolError::InvalidBulkLength)?;
    if trust == Trust::Unknown && UNTRUSTED_BULK_BYTES_MAX < len {
        return Err(ProtocolError::UnauthenticatedBulkLength);
    }
    Ok(Some((start, len)))
}

/// A strict decimal. Nearly all have one or two digits.
#[inline]
fn length(digits: &[u8]) -> Option<i64> {
    match digits {
        [one @ b'0'..=b'9'] => Some(i64::from(one - b'0')),
        [ten @ b'1'..=b'9', one @ b'0'..=b'9'] => Some(i64::from((ten - b'0') * 10 + one - b'0')),
        _ => strict_i64(digits),
    }
}

#[cold]
fn parse_inline(bytes: &[u8]) -> Result<Parsed, ProtocolError> {
    // Redis looks for the end in a C string: behind a NUL it finds none.
    let stop = bytes.iter().position(|&byte| byte == b'\n' || byte == 0);
    let Some(len) = stop.filter(|&at| bytes[at] == b'\n') else {
        let too_long = LINE_BYTES_MAX < bytes.len();
        return if too_long {
            Err(ProtocolError::TooBigInlineRequest)
        } else {
            Ok(Parsed::Incomplete)
        };
    };
    let line = &bytes[..len];
    let words = split_inline(line.strip_suffix(b"\r").unwrap_or(line));
    let words = words.ok_or(ProtocolError::UnbalancedQuotes)?;
    Ok(if words.is_empty() { Parsed::Nothing(len + 1) } else { Parsed::Inline(len + 1, words) })
}
