//! One connection: bytes in, commands run, bytes out.
//!
//! The task never waits for one thing alone: each round it takes its mail, writes what it can, runs
//! what it may, and reads if there is room. Only when none of that is possible does it sleep.
//!
//! Invariant: memory is bounded. A client that does not take its replies gets no further command
//! run and nothing read; what is pushed to it nevertheless is bounded by cutting it off.

use std::io::ErrorKind;
use std::task::{Context, Poll, Waker};

use streamlanes::command::{ClientId, Outcome, Server};
use streamlanes::resp::{Protocol, Writer};

use crate::auth::{Gate, gate};
use crate::door::{Door, Mail, now};
use crate::limits::{
    BUFFERED_BYTES_MAX, KEPT_BACK_BYTES_MAX, OUTPUT_BYTES_MAX, OUTPUT_PAUSE_BYTES, QUERY_BYTES_MAX,
    READ_BYTES,
};
use crate::request::{Parsed, ProtocolError, Requests, Trust};
use crate::socket::Socket;

/// Room for one read, shared by all connections.
pub type ReadRoom = Box<[u8; READ_BYTES]>;

/// One connection.
#[derive(Debug)]
pub struct Connection<'d> {
    door: &'d Door,
    socket: Socket,
    client: ClientId,
    trust: Trust,
    requests: Requests,
    /// What was read and not run yet.
    input: Vec<u8>,
    /// `input` may hold a whole command (it was not run because it had to wait).
    is_input_ready: bool,
    output: Vec<u8>,
    n_written: usize,
    /// The client waits in a blocking command.
    is_blocked: bool,
    /// Write what is there, then close.
    is_closing: bool,
    /// What this connection has in the door's books.
    n_booked: usize,
}

/// The end of a connection; there is nothing more to say about it.
struct Closed;

impl<'d> Connection<'d> {
    /// A connection that was just accepted.
    pub fn new(door: &'d Door, socket: Socket) -> Connection<'d> {
        Connection {
            door,
            socket,
            client: door.connect(),
            trust: if door.password.is_some() { Trust::Unknown } else { Trust::Full },
            requests: Requests::default(),
            input: Vec::new(),
            is_input_ready: false,
            output: Vec::new(),
            n_written: 0,
            is_blocked: false,
            is_closing: false,
            n_booked: 0,
        }
    }

    /// Serves the client until either side ends it.
    pub async fn serve(mut self, room: &std::cell::RefCell<ReadRoom>) {
        std::future::poll_fn(|cx| {
            let polled = self.round(cx, &mut room.borrow_mut()[..]);
            self.book();
            polled.map(|_: Closed| ())
        })
        .await;
    }

    fn round(&mut self, cx: &mut Context<'_>, room: &mut [u8]) -> Poll<Closed> {
        loop {
            let step = self.take_mail(cx.waker());
            if step.and_then(|()| self.flush()).and_then(|()| self.check_limits()).is_err() {
                return Poll::Ready(Closed);
            }
            let n_unwritten = self.output.len() - self.n_written;
            if self.is_closing && n_unwritten == 0 {
                return Poll::Ready(Closed);
            }
            let may_run = !self.is_closing && !self.is_blocked && n_unwritten < OUTPUT_PAUSE_BYTES;
            if may_run && self.is_input_ready {
                self.run_input();
                continue;
            }
            let may_read = may_run || !self.is_closing && self.input.len() < KEPT_BACK_BYTES_MAX;
            if may_read && self.socket.poll_read_ready(cx).is_ready() {
                match self.socket.try_read(room) {
                    Ok(0) => return Poll::Ready(Closed),
                    Ok(n_read) => self.take_in(&room[..n_read]),
                    Err(error) if is_temporary(error.kind()) => {}
                    Err(_) => return Poll::Ready(Closed),
                }
                continue;
            }
            if 0 < n_unwritten && self.socket.poll_write_ready(cx).is_ready() {
                continue;
            }
            return Poll::Pending;
        }
    }

    /// Takes what others caused to be sent, and notices the end of a wait or of a welcome.
    fn take_mail(&mut self, waker: &Waker) -> Result<(), Closed> {
        let mail = self.door.collect(self.client, waker, &mut self.output);
        if mail == Mail::None {
            return Ok(());
        }
        let (is_blocked, is_welcome) = self.door.standing(self.client);
        self.is_input_ready |= self.is_blocked && !is_blocked && !self.input.is_empty();
        self.is_blocked &= is_blocked;
        self.is_closing |= !is_welcome;
        if mail == Mail::TooMuch { Err(Closed) } else { Ok(()) }
    }

    /// Whether what waits here is still within the limits.
    fn check_limits(&self) -> Result<(), Closed> {
        let n_unwritten = self.output.len() - self.n_written;
        let fits = n_unwritten <= OUTPUT_BYTES_MAX
            && self.input.len() <= QUERY_BYTES_MAX
            && self.door.n_buffered() <= BUFFERED_BYTES_MAX;
        if fits { Ok(()) } else { Err(Closed) }
    }

    /// Writes as much as the other side takes now.
    fn flush(&mut self) -> Result<(), Closed> {
        while self.n_written < self.output.len() {
            match self.socket.try_write(&self.output[self.n_written..]) {
                Ok(n_bytes) => self.n_written += n_bytes,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return Err(Closed),
            }
        }
        self.n_written = 0;
        self.output.clear();
        if OUTPUT_PAUSE_BYTES < self.output.capacity() {
            self.output = Vec::new();
        }
        Ok(())
    }

    /// Runs what was just read, and keeps what could not be run yet.
    fn take_in(&mut self, bytes: &[u8]) {
        if self.is_blocked || !self.input.is_empty() {
            self.input.extend_from_slice(bytes);
            self.is_input_ready |= !self.is_blocked;
        } else {
            let n_run = self.run(bytes);
            self.input.extend_from_slice(&bytes[n_run..]);
        }
    }

    fn run_input(&mut self) {
        let mut input = std::mem::take(&mut self.input);
        let n_run = self.run(&input);
        if n_run == input.len() && KEPT_BACK_BYTES_MAX < input.capacity() {
            input = Vec::new();
        } else {
            input.drain(..n_run);
        }
        self.input = input;
    }

    /// Runs the commands at the start of `bytes`; returns how many bytes they took.
    fn run(&mut self, bytes: &[u8]) -> usize {
        let door = self.door;
        door.with_server(|server| {
            let mut words = Vec::with_capacity(16);
            let mut at = 0;
            self.is_input_ready = false;
            while at < bytes.len() {
                let is_paused = OUTPUT_PAUSE_BYTES <= self.output.len() - self.n_written;
                if self.is_blocked || self.is_closing || is_paused {
                    self.is_input_ready = true;
                    break;
                }
                match self.requests.parse(&bytes[at..], self.trust, &mut words) {
                    Ok(Parsed::Command(n_bytes)) => {
                        self.execute(server, &words);
                        at += n_bytes;
                    }
                    Ok(Parsed::Inline(n_bytes, owned)) => {
                        let inline: Vec<&[u8]> = owned.iter().map(Vec::as_slice).collect();
                        self.execute_inline(server, &inline);
                        at += n_bytes;
                    }
                    Ok(Parsed::Nothing(n_bytes)) => at += n_bytes,
                    Ok(Parsed::Incomplete) => break,
                    Err(error) => self.refuse(error),
                }
            }
            at
        })
    }

    /// A web page can make a browser send a request here; its first line shows what it is.
    fn execute_inline(&mut self, server: &mut Server, words: &[&[u8]]) {
        let is = |name: &[u8]| words.first().is_some_and(|word| word.eq_ignore_ascii_case(name));
        if is(b"POST") || is(b"HOST:") {
            self.is_closing = true;
        } else {
            self.execute(server, words);
        }
    }

    fn execute(&mut self, server: &mut Server, words: &[&[u8]]) {
        let gate = match &self.door.password {
            None => Gate::Pass,
            Some(password) => gate(password, words, &mut self.trust),
        };
        let mut out = Writer::new(&mut self.output, Protocol::Resp2);
        let outcome = match gate {
            Gate::Opened => return out.ok(),
            Gate::Refused(message) => return out.error(message.as_bytes()),
            Gate::Pass => server.execute(self.client, words, now(), &mut self.output),
            Gate::PassAs(words) => server.execute(self.client, &words, now(), &mut self.output),
        };
        match outcome {
            Outcome::Replied => {}
            Outcome::Blocked => self.is_blocked = true,
            Outcome::Closed => self.is_closing = true,
        }
        // In order: what this command caused to be sent to its own client follows its reply.
        while let Some((client, bytes)) = server.poll_output() {
            if client == self.client {
                self.output.extend_from_slice(&bytes);
            } else {
                self.door.post(client, &bytes);
            }
        }
    }

    fn refuse(&mut self, error: ProtocolError) {
        Writer::new(&mut self.output, Protocol::Resp2).error(&error.message());
        self.is_closing = true;
    }

    /// Tells the door how much waits here.
    fn book(&mut self) {
        let n_bytes = self.input.len() + self.output.len();
        if n_bytes != self.n_booked {
            self.door.count_buffered(self.n_booked, n_bytes);
            self.n_booked = n_bytes;
        }
    }
}

impl Drop for Connection<'_> {
    fn drop(&mut self) {
        self.door.count_buffered(self.n_booked, 0);
        self.door.disconnect(self.client);
    }
}

fn is_temporary(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::WouldBlock | ErrorKind::Interrupted)
}
