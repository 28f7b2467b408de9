//! Reading a reply back into a value.

/// One reply, in either protocol.
#[derive(Clone, PartialEq, Debug)]
pub enum Value {
    /// `+text`
    Simple(Vec<u8>),
    /// `-text`
    Error(Vec<u8>),
    /// `:n`
    Int(i64),
    /// `$len`
    Bulk(Vec<u8>),
    /// `$-1` (RESP2)
    NilBulk,
    /// `*-1` (RESP2)
    NilArray,
    /// `_` (RESP3)
    Null,
    /// `*n`
    Array(Vec<Value>),
    /// `%n` (RESP3)
    Map(Vec<(Value, Value)>),
    /// `~n` (RESP3)
    Set(Vec<Value>),
    /// `>n` (RESP3)
    Push(Vec<Value>),
    /// `,x` (RESP3), as written
    Double(Vec<u8>),
    /// `#t`, `#f` (RESP3)
    Bool(bool),
    /// `=len` (RESP3): a verbatim string, its three-letter kind first
    Verbatim(Vec<u8>),
}

/// Why bytes are no reply.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DecodeError {
    /// More bytes are needed.
    Incomplete,
    /// No reply can go on like this; the offset of the byte at fault.
    Invalid(usize),
}

/// Deepest nesting that [`decode`] follows.
const DEPTH_MAX: usize = 64;

/// Reads one reply from the start of `bytes`; returns it and how many bytes it took.
///
/// # Errors
/// [`DecodeError::Incomplete`] when the reply is cut off, [`DecodeError::Invalid`] when it is none.
pub fn decode(bytes: &[u8]) -> Result<(Value, usize), DecodeError> {
    let mut cursor = Cursor::new(bytes);
    let value = cursor.value(0)?;
    Ok((value, cursor.at))
}

/// What stands at one place of a reply. The elements of a list follow it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Part<'a> {
    Simple(&'a [u8]),
    Error(&'a [u8]),
    Int(i64),
    Bulk(&'a [u8]),
    NilBulk,
    NilArray,
    Null,
    Double(&'a [u8]),
    Bool(bool),
    Verbatim(&'a [u8]),
    Array(usize),
    Set(usize),
    Push(usize),
    /// So many pairs: twice as many elements follow.
    Map(usize),
}

/// A reply, part by part.
pub(super) trait Parts<'a> {
    /// The next part; `depth`: how many lists it stands in.
    fn part(&mut self, depth: usize) -> Result<Part<'a>, DecodeError>;
}

/// Reads a reply from its bytes.
pub(super) struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Cursor<'a> {
        Cursor { bytes, at: 0 }
    }
}

impl<'a> Parts<'a> for Cursor<'a> {
    fn part(&mut self, depth: usize) -> Result<Part<'a>, DecodeError> {
        let start = self.at;
        if DEPTH_MAX < depth {
            return Err(DecodeError::Invalid(start));
        }
        let kind = *self.bytes.get(self.at).ok_or(DecodeError::Incomplete)?;
        self.at += 1;
        let line = self.line()?;
        let invalid = DecodeError::Invalid(start);
        let int = || number(line).ok_or(invalid);
        let len = || usize::try_from(int()?).map_err(|_| invalid);
        Ok(match kind {
            b'+' => Part::Simple(line),
            b'-' => Part::Error(line),
            b':' => Part::Int(int()?),
            b',' => Part::Double(line),
            b'_' => Part::Null,
            b'#' => Part::Bool(line == b"t"),
            b'$' if line == b"-1" => Part::NilBulk,
            b'*' if line == b"-1" => Part::NilArray,
            b'$' => Part::Bulk(self.blob(len()?, invalid)?),
            b'=' => Part::Verbatim(self.blob(len()?, invalid)?),
            b'*' => Part::Array(len()?),
            b'~' => Part::Set(len()?),
            b'>' => Part::Push(len()?),
            b'%' => Part::Map(len()?),
            _ => return Err(invalid),
        })
    }
}

/// Takes a value apart again. What is still to come, the next one last.
pub(super) struct Walk<'a>(pub(super) Vec<&'a Value>);

impl<'a> Parts<'a> for Walk<'a> {
    fn part(&mut self, _depth: usize) -> Result<Part<'a>, DecodeError> {
        Ok(match self.0.pop().ok_or(DecodeError::Incomplete)? {
            Value::Simple(text) => Part::Simple(text),
            Value::Error(text) => Part::Error(text),
            Value::Int(n) => Part::Int(*n),
            Value::Bulk(bytes) => Part::Bulk(bytes),
            Value::NilBulk => Part::NilBulk,
            Value::NilArray => Part::NilArray,
            Value::Null => Part::Null,
            Value::Double(text) => Part::Double(text),
            Value::Bool(truth) => Part::Bool(*truth),
            Value::Verbatim(bytes) => Part::Verbatim(bytes),
            Value::Array(values) => Part::Array(self.enter(values)),
            Value::Set(values) => Part::Set(self.enter(values)),
            Value::Push(values) => Part::Push(self.enter(values)),
            Value::Map(pairs) => {
                self.0.extend(pairs.iter().rev().flat_map(|(key, value)| [value, key]));
                Part::Map(pairs.len())
            }
        })
    }
}

impl<'a> Walk<'a> {
    fn enter(&mut self, values: &'a [Value]) -> usize {
        self.0.extend(values.iter().rev());
        values.len()
    }
}

impl<'a> Cursor<'a> {
    fn value(&mut self, depth: usize) -> Result<Value, DecodeError> {
        Ok(match self.part(depth)? {
            Part::Simple(line) => Value::Simple(line.to_vec()),
            Part::Error(line) => Value::Error(line.to_vec()),
            Part::Int(n) => Value::Int(n),
            Part::Bulk(bytes) => Value::Bulk(bytes.to_vec()),
            Part::NilBulk => Value::NilBulk,
            Part::NilArray => Value::NilArray,
            Part::Null => Value::Null,
            Part::Double(line) => Value::Double(line.to_vec()),
            Part::Bool(truth) => Value::Bool(truth),
            Part::Verbatim(bytes) => Value::Verbatim(bytes.to_vec()),
            Part::Array(n) => Value::Array(self.values(n, depth)?),
            Part::Set(n) => Value::Set(self.values(n, depth)?),
            Part::Push(n) => Value::Push(self.values(n, depth)?),
            Part::Map(n) => {
                let mut pairs = Vec::with_capacity(n.min(self.bytes.len() / 6));
                for _ in 0..n {
                    pairs.push((self.value(depth + 1)?, self.value(depth + 1)?));
                }
                Value::Map(pairs)
            }
        })
    }

    fn values(&mut self, n: usize, depth: usize) -> Result<Vec<Value>, DecodeError> {
        // Every element takes at least three bytes, so a huge count alone reserves nothing.
        let mut values = Vec::with_capacity(n.min(self.bytes.len() / 3));
        for _ in 0..n {
            values.push(self.value(depth + 1)?);
        }
        Ok(values)
    }

    fn line(&mut self) -> Result<&'a [u8], DecodeError> {
        let rest = &self.bytes[self.at..];
        let is_end = |(at, byte): (usize, &u8)| *byte == b'\r' && rest.get(at + 1) == Some(&b'\n');
        let len = rest.iter().enumerate().position(is_end).ok_or(DecodeError::Incomplete)?;
        self.at += len + 2;
        Ok(&rest[..len])
    }

    fn blob(&mut self, len: usize, invalid: DecodeError) -> Result<&'a [u8], DecodeError> {
        let rest = &self.bytes[self.at..];
        let end = len.checked_add(2).ok_or(invalid)?;
        let blob = rest.get(..end).ok_or(DecodeError::Incomplete)?;
        if &blob[len..] != b"\r\n" {
            return Err(DecodeError::Invalid(self.at + len));
        }
        self.at += end;
        Ok(&blob[..len])
    }
}

fn number(line: &[u8]) -> Option<i64> {
    // Nearly all are short: the length of a word, the number of elements.
    if (1..=9).contains(&line.len()) && line.iter().all(u8::is_ascii_digit) {
        return Some(line.iter().fold(0, |n, digit| n * 10 + i64::from(digit - b'0')));
    }
    std::str::from_utf8(line).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_nested_replies_and_counts_their_bytes() {
        let bytes = b"*2\r\n$2\r\nab\r\n%1\r\n+k\r\n_\r\n:7\r\n";
        let inner = Value::Map(vec![(Value::Simple(b"k".to_vec()), Value::Null)]);
        let value = Value::Array(vec![Value::Bulk(b"ab".to_vec()), inner]);
        assert_eq!(decode(bytes), Ok((value, bytes.len() - 4)));
    }

    #[test]
    fn cut_off_or_wrong_bytes_are_errors() {
        let whole = b"*2\r\n$2\r\nab\r\n:1\r\n";
        for len in 0..whole.len() {
            assert_eq!(decode(&whole[..len]), Err(DecodeError::Incomplete), "{len}");
        }
        assert_eq!(decode(b"?1\r\n"), Err(DecodeError::Invalid(0)));
        assert_eq!(decode(b"*9223372036854775807\r\n"), Err(DecodeError::Incomplete));
    }
}
