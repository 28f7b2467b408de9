//! A connection's socket: TCP or Unix.
//!
//! Invariant: never waits; readiness is polled.

use std::io;
use std::task::{Context, Poll};

use tokio::net::{TcpStream, UnixStream};

/// A connected socket.
#[derive(Debug)]
pub enum Socket {
    Tcp(TcpStream),
    Unix(UnixStream),
}

impl Socket {
    /// Where the other side is, and where it came to, as CLIENT LIST shows them.
    pub fn addresses(&self) -> (String, String) {
        let shown = |address: io::Result<std::net::SocketAddr>| {
            address.map_or_else(|_| "?:0".to_owned(), |address| address.to_string())
        };
        match self {
            Socket::Tcp(stream) => (shown(stream.peer_addr()), shown(stream.local_addr())),
            Socket::Unix(stream) => {
                let address = stream.local_addr().ok();
                let path = address.as_ref().and_then(|address| address.as_pathname());
                let place =
                    path.map_or_else(|| "?:0".into(), |path| format!("{}:0", path.display()));
                (place.clone(), place)
            }
        }
    }

    /// Whether the other side is on this machine.
    pub fn is_near(&self) -> bool {
        match self {
            Socket::Tcp(stream) => {
                stream.peer_addr().is_ok_and(|address| address.ip().to_canonical().is_loopback())
            }
            Socket::Unix(_) => true,
        }
    }

    /// Whether there may be something to read; if not, the task is woken when there is.
    pub fn poll_read_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self {
            Socket::Tcp(stream) => stream.poll_read_ready(cx),
            Socket::Unix(stream) => stream.poll_read_ready(cx),
        }
    }

    /// Whether there may be room for writing; if not, the task is woken when there is.
    pub fn poll_write_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self {
            Socket::Tcp(stream) => stream.poll_write_ready(cx),
            Socket::Unix(stream) => stream.poll_write_ready(cx),
        }
    }

    /// Reads what is there; `WouldBlock` if nothing is, 0 at the end.
    pub fn try_read(&self, buf: &mut [u8]) -> io::Result<usize> {
        match self {
            Socket::Tcp(stream) => stream.try_read(buf),
            Socket::Unix(stream) => stream.try_read(buf),
        }
    }

    /// Writes what there is room for; `WouldBlock` if there is none.
    pub fn try_write(&self, buf: &[u8]) -> io::Result<usize> {
        match self {
            Socket::Tcp(stream) => stream.try_write(buf),
            Socket::Unix(stream) => stream.try_write(buf),
        }
    }
}
