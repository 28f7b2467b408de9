//! The workloads as a client of a RESP server, with a pipeline: so many commands are sent before
//! their replies are read.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};

use crate::timing::{Clock, Measured, repeated};
use crate::workload::{KEY, MAXLEN, PAGE, Values, Workload, consumer_name, group_name, id_of};

/// How many commands are under way while a stream is filled.
const FILLING: u64 = 500;
/// A server that says nothing for so long is hung.
const SILENCE_MAX: Duration = Duration::from_secs(60);

/// A connection.
#[derive(Debug)]
pub struct Client {
    socket: UnixStream,
    replies: Replies,
    room: Vec<u8>,
}

impl Client {
    /// Connects to a server's Unix socket.
    ///
    /// # Errors
    /// Nobody listens there.
    pub fn connect(socket: &Path) -> Result<Client> {
        let stream = UnixStream::connect(socket)
            .with_context(|| format!("nobody listens at {}", socket.display()))?;
        stream.set_read_timeout(Some(SILENCE_MAX))?;
        Ok(Client { socket: stream, replies: Replies::default(), room: vec![0; 256 * 1024] })
    }

    /// Does a workload once or, if it is short, more often.
    ///
    /// # Errors
    /// The connection is lost, or a reply is an error.
    pub fn run(
        &mut self,
        workload: Workload,
        n: u64,
        limit_s: f64,
        pipeline: u64,
        clock: Clock<'_>,
    ) -> Result<Measured> {
        repeated(|| {
            self.fill(workload.n_before(n))?;
            self.open_groups(workload.groups().0)?;
            self.once(workload, n, limit_s, pipeline, clock)
        })
    }

    /// Empties the server and makes a stream of `n` entries.
    ///
    /// # Errors
    /// The connection is lost, or a reply is an error.
    pub fn fill(&mut self, n: u64) -> Result<()> {
        let values = Values::new();
        self.batch(0..1, |_, out| command(out, &[b"FLUSHALL"]))?;
        self.all(n, |n, out| add(out, &values, n, false))
    }

    /// Makes all `n` entries of the stream pending in one group.
    ///
    /// # Errors
    /// The connection is lost, or a reply is an error.
    pub fn make_pending(&mut self, n: u64) -> Result<()> {
        self.open_groups(1)?;
        self.all(n, |n, out| {
            let (group, consumer, _) = Workload::ReadAck.delivery(n);
            read(out, &group_name(group), &consumer_name(consumer));
        })
    }

    /// The number after `name:` in INFO.
    ///
    /// # Errors
    /// There is none.
    pub fn info(&mut self, name: &str) -> Result<u64> {
        self.socket.write_all(b"INFO memory\r\n")?;
        let n_read = self.socket.read(&mut self.room)?;
        let text = String::from_utf8_lossy(&self.room[..n_read]);
        let mut lines = text.lines().filter_map(|line| line.split_once(':'));
        let value = lines.find(|(it, _)| *it == name).context("INFO has no such field")?.1;
        Ok(value.trim().parse()?)
    }

    fn open_groups(&mut self, n: u64) -> Result<()> {
        self.batch(0..n, |n, out| {
            let name = group_name(n);
            command(out, &[b"XGROUP", b"CREATE", KEY.as_bytes(), name.as_bytes(), b"0"]);
        })
    }

    fn once(
        &mut self,
        workload: Workload,
        n: u64,
        limit_s: f64,
        pipeline: u64,
        clock: Clock<'_>,
    ) -> Result<Measured> {
        let values = Values::new();
        let (n_groups, n_consumers) = workload.groups();
        let groups: Vec<String> = (0..n_groups).map(group_name).collect();
        let consumers: Vec<String> = (0..n_consumers).map(consumer_name).collect();
        // One number for each command: a unit of W2 is two of them.
        let (n_commands, per_command) = match workload {
            Workload::Add | Workload::AddTrimmed => (n, 1.0),
            Workload::ReadAck | Workload::Fan => (2 * n, 0.5),
            Workload::Range => (n.div_ceil(PAGE), PAGE as f64),
        };
        let write = |at: u64, out: &mut Vec<u8>| match workload {
            Workload::Add => add(out, &values, at, false),
            Workload::AddTrimmed => add(out, &values, at, true),
            Workload::Range => {
                let start = id_text(at * PAGE);
                let words: [&[u8]; 6] =
                    [b"XRANGE", KEY.as_bytes(), start.as_bytes(), b"+", b"COUNT", b"100"];
                command(out, &words);
            }
            Workload::ReadAck | Workload::Fan => {
                let (group, consumer, entry) = workload.delivery(at / 2);
                let group = &groups[group as usize];
                if at.is_multiple_of(2) {
                    read(out, group, &consumers[consumer as usize]);
                } else {
                    let id = id_text(entry);
                    let words = [&b"XACK"[..], KEY.as_bytes(), group.as_bytes(), id.as_bytes()];
                    command(out, &words);
                }
            }
        };
        let start = clock();
        let mut done = 0;
        while done < n_commands && clock() - start < limit_s {
            let next = n_commands.min(done + pipeline);
            self.batch(done..next, write)?;
            done = next;
        }
        let n_units = (done as f64 * per_command) as u64;
        Ok(Measured { n: n.min(n_units), seconds: clock() - start })
    }

    fn all(&mut self, n: u64, write: impl Fn(u64, &mut Vec<u8>)) -> Result<()> {
        let mut done = 0;
        while done < n {
            let next = n.min(done + FILLING);
            self.batch(done..next, &write)?;
            done = next;
        }
        Ok(())
    }

    /// Sends some commands at once, then reads their replies.
    fn batch(
        &mut self,
        numbers: std::ops::Range<u64>,
        write: impl Fn(u64, &mut Vec<u8>),
    ) -> Result<()> {
        let n_commands = numbers.end - numbers.start;
        let mut out = Vec::with_capacity(n_commands as usize * 160);
        for n in numbers {
            write(n, &mut out);
        }
        self.socket.write_all(&out)?;
        self.replies.n_missing = n_commands;
        while 0 < self.replies.n_missing {
            let n_read = self.socket.read(&mut self.room)?;
            ensure!(n_read != 0, "the server closed the connection");
            self.replies.take(&self.room[..n_read])?;
        }
        Ok(())
    }
}

fn id_text(n: u64) -> String {
    let (ms, seq) = id_of(n);
    format!("{ms}-{seq}")
}

fn add(out: &mut Vec<u8>, values: &Values, n: u64, trims: bool) {
    let id = id_text(n);
    let maxlen = MAXLEN.to_string();
    let [name_1, value_1, name_2, value_2] = values.fields(n);
    if trims {
        let words: [&[u8]; 10] = [
            b"XADD",
            KEY.as_bytes(),
            b"MAXLEN",
            b"~",
            maxlen.as_bytes(),
            id.as_bytes(),
            name_1,
            value_1,
            name_2,
            value_2,
        ];
        command(out, &words);
    } else {
        let key = KEY.as_bytes();
        command(out, &[b"XADD", key, id.as_bytes(), name_1, value_1, name_2, value_2]);
    }
}

fn read(out: &mut Vec<u8>, group: &str, consumer: &str) {
    let words: [&[u8]; 9] = [
        b"XREADGROUP",
        b"GROUP",
        group.as_bytes(),
        consumer.as_bytes(),
        b"COUNT",
        b"1",
        b"STREAMS",
        KEY.as_bytes(),
        b">",
    ];
    command(out, &words);
}

/// Writes a command as an array of bulk strings.
fn command(out: &mut Vec<u8>, words: &[&[u8]]) {
    out.push(b'*');
    number(out, words.len());
    for word in words {
        out.push(b'$');
        number(out, word.len());
        out.extend_from_slice(word);
        out.extend_from_slice(b"\r\n");
    }
}

/// Nearly all lengths have one or two digits.
fn number(out: &mut Vec<u8>, n: usize) {
    if n < 10 {
        out.push(b'0' + n as u8);
    } else if n < 100 {
        out.extend_from_slice(&[b'0' + (n / 10) as u8, b'0' + (n % 10) as u8]);
    } else {
        out.extend_from_slice(n.to_string().as_bytes());
    }
    out.extend_from_slice(b"\r\n");
}

/// Counts replies (RESP2) in pieces of any size.
#[derive(Debug, Default)]
struct Replies {
    /// How many have not come yet.
    n_missing: u64,
    /// Parts that the current reply still lacks; 0: between two replies.
    n_parts: u64,
    /// Bytes of a bulk string, its CR LF included, that are to be skipped.
    n_skip: usize,
    /// A line that was cut off.
    line: Vec<u8>,
}

impl Replies {
    fn take(&mut self, mut bytes: &[u8]) -> Result<()> {
        while !bytes.is_empty() {
            if 0 < self.n_skip {
                let n = self.n_skip.min(bytes.len());
                bytes = &bytes[n..];
                self.n_skip -= n;
                if self.n_skip == 0 {
                    self.part_ends();
                }
                continue;
            }
            let Some(end) = bytes.iter().position(|&byte| byte == b'\n') else {
                self.line.extend_from_slice(bytes);
                return Ok(());
            };
            if self.line.is_empty() {
                self.line_ends(&bytes[..end])?;
            } else {
                let mut line = std::mem::take(&mut self.line);
                line.extend_from_slice(&bytes[..end]);
                self.line_ends(&line)?;
            }
            bytes = &bytes[end + 1..];
        }
        Ok(())
    }

    fn line_ends(&mut self, line: &[u8]) -> Result<()> {
        if self.n_parts == 0 {
            self.n_parts = 1;
        }
        let text = line.strip_suffix(b"\r").unwrap_or(line);
        match text {
            [b'$', b'-', ..] | [b'*', b'-', ..] | [b'+' | b':', ..] => self.part_ends(),
            [b'$', digits @ ..] => self.n_skip = length(digits)? + 2,
            [b'*', digits @ ..] => {
                self.n_parts += length(digits)? as u64;
                self.part_ends();
            }
            _ => bail!("the server says {}", String::from_utf8_lossy(text)),
        }
        Ok(())
    }

    fn part_ends(&mut self) {
        self.n_parts -= 1;
        if self.n_parts == 0 {
            self.n_missing = self.n_missing.saturating_sub(1);
        }
    }
}

fn length(digits: &[u8]) -> Result<usize> {
    ensure!(!digits.is_empty() && digits.iter().all(u8::is_ascii_digit), "a length is no number");
    Ok(digits.iter().fold(0, |n, digit| n * 10 + usize::from(digit - b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replies_are_counted_however_they_are_cut() {
        let bytes = b"+OK\r\n$3\r\na\nb\r\n*2\r\n$1\r\nx\r\n*1\r\n:5\r\n$-1\r\n*0\r\n*-1\r\n";
        for size in 1..bytes.len() {
            let mut replies = Replies { n_missing: 7, ..Replies::default() };
            for piece in bytes.chunks(size) {
                replies.take(piece).expect("these are replies");
            }
            assert_eq!((replies.n_missing, replies.n_parts, replies.n_skip), (1, 0, 0), "{size}");
        }
    }

    #[test]
    fn an_error_is_not_counted() {
        let mut replies = Replies { n_missing: 1, ..Replies::default() };
        let error = replies.take(b"-ERR no\r\n").expect_err("it is an error");
        assert_eq!(error.to_string(), "the server says -ERR no");
    }
}
