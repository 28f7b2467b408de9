//! A real redis-server: starting it, talking to it, and making sure that it ends.

use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use streamlanes::resp::{DecodeError, decode};

use crate::Word;

/// How long the server may take to answer before a run counts as failed.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(20);

/// A running redis-server; it ends with this value.
#[derive(Debug)]
pub struct Real {
    child: Child,
    dir: PathBuf,
}

impl Real {
    /// Starts a server on a Unix socket of its own, without files and without a TCP port, and
    /// waits until it answers.
    ///
    /// # Errors
    /// The program does not run, or does not answer in time.
    pub fn start(program: &Path) -> io::Result<Real> {
        // Short, since the path of a Unix socket may have about 100 bytes only.
        let dir = std::env::temp_dir().join(format!("differ-{}-{}", std::process::id(), unique()));
        std::fs::create_dir_all(&dir)?;
        let child = Command::new(program)
            .args(["--port", "0", "--save", "", "--appendonly", "no", "--daemonize", "no"])
            // Waiting clients are looked at so many times a second: BLOCK 1 takes 2 ms, not 100.
            .args(["--hz", "500", "--databases", "16", "--dir"])
            .arg(&dir)
            .arg("--unixsocket")
            .arg(dir.join("s"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let mut real = Real { child, dir };
        for _ in 0..500 {
            if real.connect().and_then(|mut wire| wire.ask(&[b"PING".to_vec()])).is_ok() {
                return Ok(real);
            }
            if let Some(status) = real.child.try_wait()? {
                return Err(io::Error::other(format!("redis-server ended with {status}")));
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Err(io::Error::other("redis-server does not answer"))
    }

    /// Whether the server is gone.
    pub fn has_ended(&mut self) -> bool {
        // It may be about to end, having closed the connection already; some look at their memory
        // first, which takes half a minute.
        for _ in 0..6000 {
            match self.child.try_wait() {
                Ok(None) => std::thread::sleep(Duration::from_millis(10)),
                Ok(Some(_)) | Err(_) => return true,
            }
        }
        false
    }

    /// A new connection.
    ///
    /// # Errors
    /// The server is gone.
    pub fn connect(&self) -> io::Result<Wire> {
        let stream = UnixStream::connect(self.dir.join("s"))?;
        stream.set_read_timeout(Some(ANSWER_TIMEOUT))?;
        Ok(Wire { stream, unread: Vec::new() })
    }
}

impl Drop for Real {
    fn drop(&mut self) {
        // It may have ended already, and a temporary folder may stay: neither can be mended here.
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}

fn unique() -> u64 {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// A connection to it.
#[derive(Debug)]
pub struct Wire {
    stream: UnixStream,
    unread: Vec<u8>,
}

impl Wire {
    /// Sends one command and waits for its reply.
    ///
    /// # Errors
    /// The connection broke, or no reply came in time.
    pub fn ask(&mut self, words: &[Word]) -> io::Result<Vec<u8>> {
        self.send(&encode(words))?;
        self.reply()
    }

    /// Sends bytes.
    ///
    /// # Errors
    /// The connection broke.
    pub fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes)
    }

    /// Waits for one reply and returns its bytes.
    ///
    /// # Errors
    /// The connection broke, no reply came in time, or what came is none.
    pub fn reply(&mut self) -> io::Result<Vec<u8>> {
        loop {
            match decode(&self.unread) {
                Ok((_, n_bytes)) => {
                    let rest = self.unread.split_off(n_bytes);
                    return Ok(std::mem::replace(&mut self.unread, rest));
                }
                Err(DecodeError::Invalid(at)) => {
                    return Err(io::Error::other(format!("no reply, from byte {at} on")));
                }
                Err(DecodeError::Incomplete) => {}
            }
            let mut chunk = [0; 65_536];
            match self.stream.read(&mut chunk)? {
                0 => return Err(ErrorKind::UnexpectedEof.into()),
                n_bytes => self.unread.extend_from_slice(&chunk[..n_bytes]),
            }
        }
    }

    /// Waits for `n` replies.
    ///
    /// # Errors
    /// As [`Wire::reply`].
    pub fn replies(&mut self, n: usize) -> io::Result<Vec<Vec<u8>>> {
        let mut ends = Vec::with_capacity(n);
        let mut at = 0;
        while ends.len() < n {
            match decode(&self.unread[at..]) {
                Ok((_, n_bytes)) => {
                    at += n_bytes;
                    ends.push(at);
                    continue;
                }
                Err(DecodeError::Invalid(_)) => return Err(io::Error::other("no reply")),
                Err(DecodeError::Incomplete) => {}
            }
            let mut chunk = [0; 65_536];
            match self.stream.read(&mut chunk)? {
                0 => return Err(ErrorKind::UnexpectedEof.into()),
                n_bytes => self.unread.extend_from_slice(&chunk[..n_bytes]),
            }
        }
        let mut start = 0;
        let replies = ends.into_iter().map(|end| {
            let reply = self.unread[start..end].to_vec();
            start = end;
            reply
        });
        let replies = replies.collect();
        self.unread.drain(..at);
        Ok(replies)
    }

    /// Waits for one reply, but not for long; empty if none came.
    ///
    /// # Errors
    /// The connection broke, or what came is no reply.
    pub fn reply_within(&mut self, timeout: Duration) -> io::Result<Vec<u8>> {
        self.stream.set_read_timeout(Some(timeout))?;
        let reply = self.reply();
        self.stream.set_read_timeout(Some(ANSWER_TIMEOUT))?;
        match reply {
            Err(error) if [ErrorKind::WouldBlock, ErrorKind::TimedOut].contains(&error.kind()) => {
                Ok(Vec::new())
            }
            other => other,
        }
    }

    /// What has come so far, without waiting.
    ///
    /// # Errors
    /// The connection broke.
    pub fn take_arrived(&mut self) -> io::Result<Vec<u8>> {
        self.stream.set_nonblocking(true)?;
        let mut chunk = [0; 65_536];
        let read = loop {
            match self.stream.read(&mut chunk) {
                Ok(0) => break Ok(()),
                Ok(n_bytes) => self.unread.extend_from_slice(&chunk[..n_bytes]),
                Err(error) if error.kind() == ErrorKind::WouldBlock => break Ok(()),
                Err(error) => break Err(error),
            }
        };
        self.stream.set_nonblocking(false)?;
        read.map(|()| std::mem::take(&mut self.unread))
    }
}

/// A command as clients send it.
pub fn encode(words: &[Word]) -> Vec<u8> {
    let mut bytes = format!("*{}\r\n", words.len()).into_bytes();
    for word in words {
        bytes.extend_from_slice(format!("${}\r\n", word.len()).as_bytes());
        bytes.extend_from_slice(word);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes
}
