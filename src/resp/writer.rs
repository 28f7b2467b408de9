//! Writing a reply.

/// The protocol version that a client asked for (HELLO).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Protocol {
    /// What clients speak until they say HELLO 3; redis-cli's default.
    #[default]
    Resp2,
    /// Maps, nulls and pushes have types of their own.
    Resp3,
}

/// Appends one client's reply to a byte buffer.
#[derive(Debug)]
pub struct Writer<'a> {
    out: &'a mut Vec<u8>,
    start: usize,
    protocol: Protocol,
}

/// A header whose count is not known yet; see [`Writer::defer`].
#[must_use = "finish it with Writer::array_at or Writer::map_at"]
#[derive(Debug)]
pub struct Deferred {
    at: usize,
}

impl<'a> Writer<'a> {
    /// A writer that appends to `out`.
    pub fn new(out: &'a mut Vec<u8>, protocol: Protocol) -> Writer<'a> {
        let start = out.len();
        Writer { out, start, protocol }
    }

    /// A writer for a reply inside this one (EXEC): its `reset` takes back only what it wrote.
    pub fn nested(&mut self) -> Writer<'_> {
        let start = self.out.len();
        Writer { out: self.out, start, protocol: self.protocol }
    }

    /// The protocol this reply is written in.
    pub fn protocol(&self) -> Protocol {
        self.protocol
    }

    /// HELLO changes the protocol of its own reply.
    pub fn set_protocol(&mut self, protocol: Protocol) {
        self.protocol = protocol;
    }

    /// How many bytes of this reply were written so far (MAXSIZE counts them).
    pub fn written(&self) -> usize {
        self.out.len() - self.start
    }

    /// Takes back everything of this reply.
    pub fn reset(&mut self) {
        self.out.truncate(self.start);
    }

    /// `+text`: a status. CR and LF become spaces.
    pub fn simple(&mut self, text: &str) {
        self.line(b'+', text.as_bytes());
    }

    /// `+OK`.
    pub fn ok(&mut self) {
        self.out.extend_from_slice(b"+OK\r\n");
    }

    /// `-text`: an error, its code first. CR and LF become spaces.
    pub fn error(&mut self, text: &[u8]) {
        self.line(b'-', text);
    }

    /// `:n`.
    pub fn int(&mut self, n: i64) {
        self.header(b':', n);
    }

    /// `$len` and the bytes.
    pub fn bulk(&mut self, bytes: &[u8]) {
        self.header(b'$', bytes.len() as i64);
        self.out.extend_from_slice(bytes);
        self.out.extend_from_slice(b"\r\n");
    }

    /// A text for people: in RESP3 a verbatim string of the kind `txt`, in RESP2 a bulk string.
    pub fn verbatim(&mut self, text: &[u8]) {
        match self.protocol {
            Protocol::Resp2 => self.bulk(text),
            Protocol::Resp3 => {
                self.header(b'=', text.len() as i64 + 4);
                self.out.extend_from_slice(b"txt:");
                self.out.extend_from_slice(text);
                self.out.extend_from_slice(b"\r\n");
            }
        }
    }

    /// A number as a bulk string.
    pub fn bulk_int(&mut self, n: i64) {
        let mut digits = Digits::new();
        self.bulk(digits.of(n));
    }

    /// An entry id as a bulk string: `ms-seq`.
    pub fn bulk_id(&mut self, ms: u64, seq: u64) {
        let mut buf = [0u8; 41];
        let mut n = write_u64(&mut buf, ms);
        buf[n] = b'-';
        n += 1;
        n += write_u64(&mut buf[n..], seq);
        self.bulk(&buf[..n]);
    }

    /// A missing value: `$-1`, in RESP3 `_`.
    pub fn nil(&mut self) {
        self.out.extend_from_slice(match self.protocol {
            Protocol::Resp2 => b"$-1\r\n",
            Protocol::Resp3 => b"_\r\n",
        });
    }

    /// A missing array: `*-1`, in RESP3 `_`.
    pub fn nil_array(&mut self) {
        self.out.extend_from_slice(match self.protocol {
            Protocol::Resp2 => b"*-1\r\n",
            Protocol::Resp3 => b"_\r\n",
        });
    }

    /// The header of an array of `n` elements, which must follow.
    pub fn array(&mut self, n: usize) {
        self.header(b'*', n as i64);
    }

    /// The header of a map of `n` pairs, which must follow; in RESP2 an array of `2 n`.
    pub fn map(&mut self, n: usize) {
        match self.protocol {
            Protocol::Resp2 => self.header(b'*', 2 * n as i64),
            Protocol::Resp3 => self.header(b'%', n as i64),
        }
    }

    /// The header of a set of `n` elements; in RESP2 an array.
    pub fn set(&mut self, n: usize) {
        match self.protocol {
            Protocol::Resp2 => self.header(b'*', n as i64),
            Protocol::Resp3 => self.header(b'~', n as i64),
        }
    }

    /// The header of an out-of-band message of `n` elements; in RESP2 an array.
    pub fn push(&mut self, n: usize) {
        match self.protocol {
            Protocol::Resp2 => self.header(b'*', n as i64),
            Protocol::Resp3 => self.header(b'>', n as i64),
        }
    }

    /// Remembers this place for a header whose count is known only later.
    pub fn defer(&mut self) -> Deferred {
        Deferred { at: self.out.len() }
    }

    /// Writes the header of an array of `n` elements at a remembered place.
    pub fn array_at(&mut self, place: Deferred, n: usize) {
        self.insert_header(place, b'*', n as i64);
    }

    /// Writes the header of a map of `n` pairs at a remembered place; in RESP2 an array of `n`
    /// pairs (`*n` of two-element arrays is the caller's shape to choose, this writes `*2n`).
    pub fn map_at(&mut self, place: Deferred, n: usize) {
        match self.protocol {
            Protocol::Resp2 => self.insert_header(place, b'*', 2 * n as i64),
            Protocol::Resp3 => self.insert_header(place, b'%', n as i64),
        }
    }

    /// Takes back everything since a remembered place.
    pub fn undo(&mut self, place: Deferred) {
        self.out.truncate(place.at);
    }

    /// Bytes that are RESP already (a queued reply, a stored reply).
    pub fn raw(&mut self, bytes: &[u8]) {
        self.out.extend_from_slice(bytes);
    }

    fn header(&mut self, kind: u8, n: i64) {
        let mut digits = Digits::new();
        self.out.push(kind);
        self.out.extend_from_slice(digits.of(n));
        self.out.extend_from_slice(b"\r\n");
    }

    fn insert_header(&mut self, place: Deferred, kind: u8, n: i64) {
        let mut digits = Digits::new();
        let digits = digits.of(n);
        let mut head = [0u8; 24];
        head[0] = kind;
        head[1..=digits.len()].copy_from_slice(digits);
        head[digits.len() + 1..digits.len() + 3].copy_from_slice(b"\r\n");
        let len = digits.len() + 3;
        let end = self.out.len();
        self.out.extend_from_slice(&head[..len]);
        self.out.copy_within(place.at..end, place.at + len);
        self.out[place.at..place.at + len].copy_from_slice(&head[..len]);
    }

    fn line(&mut self, kind: u8, text: &[u8]) {
        self.out.push(kind);
        let line = text.iter().map(|&b| if b == b'\r' || b == b'\n' { b' ' } else { b });
        self.out.extend(line);
        self.out.extend_from_slice(b"\r\n");
    }
}

/// Room for the decimal digits of one number.
pub(super) struct Digits([u8; 20]);

impl Digits {
    pub(super) fn new() -> Digits {
        Digits([0; 20])
    }

    pub(super) fn of(&mut self, n: i64) -> &[u8] {
        let sign = usize::from(n < 0);
        self.0[0] = b'-';
        let len = write_u64(&mut self.0[sign..], n.unsigned_abs());
        &self.0[..sign + len]
    }
}

/// So many digits fit 32 bits.
const NINE_DIGITS: u64 = 1_000_000_000;

/// Writes the decimal digits of `n` at the start of `buf`, which has room for 20 of them; returns
/// how many. Divisions of 64 bits are dear in wasm, so that nine digits at a time are made in 32.
pub fn write_u64(buf: &mut [u8], n: u64) -> usize {
    if n < NINE_DIGITS {
        let len = (n as u32).checked_ilog10().map_or(1, |log| log as usize + 1);
        fill_digits(&mut buf[..len], n as u32);
        return len;
    }
    let high = n / NINE_DIGITS;
    let len = write_u64(buf, high);
    fill_digits(&mut buf[len..len + 9], (n - high * NINE_DIGITS) as u32);
    len + 9
}

fn fill_digits(places: &mut [u8], mut rest: u32) {
    for place in places.iter_mut().rev() {
        *place = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(protocol: Protocol, write: impl FnOnce(&mut Writer<'_>)) -> String {
        let mut out = Vec::new();
        write(&mut Writer::new(&mut out, protocol));
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn numbers_have_all_their_digits() {
        let nine = 1_000_000_000;
        for n in [0, 9, 10, 99, 100, nine - 1, nine, nine * nine + 7, i64::MAX, -1, i64::MIN] {
            assert_eq!(written(Protocol::Resp2, |w| w.int(n)), format!(":{n}\r\n"));
        }
        let id = written(Protocol::Resp2, |w| w.bulk_id(u64::MAX, u64::MAX));
        assert_eq!(id, "$41\r\n18446744073709551615-18446744073709551615\r\n");
    }

    #[test]
    fn a_deferred_header_lands_before_what_followed() {
        let out = written(Protocol::Resp2, |w| {
            let outer = w.defer();
            let inner = w.defer();
            w.int(1);
            w.array_at(inner, 1);
            w.map_at(outer, 1);
        });
        assert_eq!(out, "*2\r\n*1\r\n:1\r\n");
    }

    #[test]
    fn a_status_or_error_stays_on_one_line() {
        assert_eq!(written(Protocol::Resp2, |w| w.error(b"ERR a\r\nb")), "-ERR a  b\r\n");
    }
}
