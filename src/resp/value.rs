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
    let mut cursor = Cursor { bytes, at: 0 };
    let value = cursor.value(0)?;
    Ok((value, cursor.at))
}

struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    fn value(&mut self, depth: usize) -> Result<Value, DecodeError> {
        let start = self.at;
        if DEPTH_MAX < depth {
            return Err(DecodeError::Invalid(start));
        }
        let kind = *self.bytes.get(self.at).ok_or(DecodeError::Incomplete)?;
        self.at += 1;
        let line = self.line()?;
        let len = || number(line).ok_or(DecodeError::Invalid(start));
        Ok(match kind {
            b'+' => Value::Simple(line.to_vec()),
            b'-' => Value::Error(line.to_vec()),
            b':' => Value::Int(len()?),
            b',' => Value::Double(line.to_vec()),
            b'_' => Value::Null,
            b'#' => Value::Bool(line == b"t"),
            b'$' if line == b"-1" => Value::NilBulk,
            b'*' if line == b"-1" => Value::NilArray,
            b'$' => Value::Bulk(self.blob(len()?, start)?.to_vec()),
            b'=' => Value::Verbatim(self.blob(len()?, start)?.to_vec()),
            b'*' => Value::Array(self.values(len()?, depth, start)?),
            b'~' => Value::Set(self.values(len()?, depth, start)?),
            b'>' => Value::Push(self.values(len()?, depth, start)?),
            b'%' => {
                let n = len()?.checked_mul(2).ok_or(DecodeError::Invalid(start))?;
                let mut flat = self.values(n, depth, start)?.into_iter();
                let mut pairs = Vec::new();
                while let (Some(key), Some(value)) = (flat.next(), flat.next()) {
                    pairs.push((key, value));
                }
                Value::Map(pairs)
            }
            _ => return Err(DecodeError::Invalid(start)),
        })
    }

    fn values(&mut self, n: i64, depth: usize, start: usize) -> Result<Vec<Value>, DecodeError> {
        let n = usize::try_from(n).map_err(|_| DecodeError::Invalid(start))?;
        // Every element takes at least three bytes, so a huge count alone reserves nothing.
        let mut values = Vec::with_capacity(n.min(self.bytes.len() / 3));
        for _ in 0..n {
            values.push(self.value(depth + 1)?);
        }
        Ok(values)
    }

    fn line(&mut self) -> Result<&'a [u8], DecodeError> {
        let rest = &self.bytes[self.at..];
        let len = rest.windows(2).position(|w| w == b"\r\n").ok_or(DecodeError::Incomplete)?;
        self.at += len + 2;
        Ok(&rest[..len])
    }

    fn blob(&mut self, len: i64, start: usize) -> Result<&'a [u8], DecodeError> {
        let len = usize::try_from(len).map_err(|_| DecodeError::Invalid(start))?;
        let rest = &self.bytes[self.at..];
        let end = len.checked_add(2).ok_or(DecodeError::Invalid(start))?;
        let blob = rest.get(..end).ok_or(DecodeError::Incomplete)?;
        if &blob[len..] != b"\r\n" {
            return Err(DecodeError::Invalid(self.at + len));
        }
        self.at += end;
        Ok(&blob[..len])
    }
}

fn number(line: &[u8]) -> Option<i64> {
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
