//! One connection: bytes in, commands run, bytes out.
//!
//! The task never waits for one thing alone: each round it takes its mail, writes what it can, runs
//! what it may, and reads if there is room. Only when none of that is possible does it sleep.
//!
//! Invariant: memory is bounded. A client that does not take its replies gets no further command
//! run and nothing read; what is pushed to it nevertheless is bounded by cutting it off.

use std::io::ErrorKind;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use streamlanes::command::{ClientId, Outcome, Server};
use streamlanes::resp::{Protocol, Writer};

use crate::door::{Door, Standing, clock, millis};
use crate::limits::{
    BUFFERED_BYTES_MAX, KEPT_BACK_BYTES_MAX, OUTPUT_BYTES_MAX, OUTPUT_PAUSE_BYTES,
    PUSHED_BYTES_MAX, QUERY_BYTES_MAX, READ_BYTES,
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
    requests: Requests,
    /// What was read and not run yet.
    input: Vec<u8>,
    /// `input` may hold a whole command (it was not run because it had to wait).
    is_input_ready: bool,
    output: Vec<u8>,
    n_written: usize,
    /// The client waits in a blocking command.
    is_blocked: bool,
    /// It was a subscriber or monitor when something last came for it.
    is_listener: bool,
    /// Write what is there, then close.
    is_closing: bool,
    /// Nothing more will come; what came is still run and answered.
    is_at_end: bool,
    /// What this connection has in the door's books.
    n_booked: usize,
}

/// The end of a connection; there is nothing more to say about it.
struct Closed;

impl<'d> Connection<'d> {
    /// A connection that was just accepted.
    pub fn new(door: &'d Door, socket: Socket) -> Connection<'d> {
        let (addr, laddr) = socket.addresses();
        Connection {
            door,
            socket,
            client: door.connect(&addr, &laddr),
            requests: Requests::default(),
            input: Vec::new(),
            is_input_ready: false,
            output: Vec::new(),
            n_written: 0,
            is_blocked: false,
            is_listener: false,
            is_closing: false,
            is_at_end: false,
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
            // Whoever hangs up while it waits, waits no more.
            if self.is_at_end && !self.is_closing && (may_run || self.is_blocked) {
                self.is_closing = true;
                continue;
            }
            let may_read = !self.is_at_end
                && (may_run || !self.is_closing && self.input.len() < KEPT_BACK_BYTES_MAX);
            if may_read && self.socket.poll_read_ready(cx).is_ready() {
                match self.socket.try_read(room) {
                    Ok(0) => self.is_at_end = true,
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
        if !self.door.collect(self.client, waker, &mut self.output) {
            return Ok(());
        }
        let Standing { is_blocked, is_welcome, is_listener } = self.door.standing(self.client);
        self.is_listener = is_listener;
        self.is_input_ready |= self.is_blocked && !is_blocked && !self.input.is_empty();
        self.is_blocked &= is_blocked;
        // One that killed itself still gets its reply.
        if !is_welcome && !self.is_closing {
            return Err(Closed);
        }
        self.is_closing |= self.door.is_stopping();
        Ok(())
    }

    /// Whether what waits here is still within the limits.
    fn check_limits(&self) -> Result<(), Closed> {
        let n_unwritten = self.output.len() - self.n_written;
        let most = if self.is_listener { PUSHED_BYTES_MAX } else { OUTPUT_BYTES_MAX };
        let fits = n_unwritten <= most
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
            let mut began = clock();
            self.is_input_ready = false;
            self.requests.bulk_bytes_max = server.state().settings.bulk_bytes_max;
            while at < bytes.len() {
                let is_paused = OUTPUT_PAUSE_BYTES <= self.output.len() - self.n_written;
                if self.is_blocked || self.is_closing || is_paused {
                    self.is_input_ready = true;
                    break;
                }
                let trust = self.trust(server);
                match self.requests.parse(&bytes[at..], trust, &mut words) {
                    Ok(Parsed::Command(n_bytes)) => {
                        began = self.execute(server, &words, began);
                        at += n_bytes;
                    }
                    Ok(Parsed::Inline(n_bytes, owned)) => {
                        let inline: Vec<&[u8]> = owned.iter().map(Vec::as_slice).collect();
                        began = self.execute(server, &inline, began);
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

    fn trust(&self, server: &Server) -> Trust {
        let is_trusted = !server.needs_password() || server.is_authenticated(self.client);
        if is_trusted { Trust::Full } else { Trust::Unknown }
    }

    /// Runs one command, which begins now; returns when it ended.
    fn execute(&mut self, server: &mut Server, words: &[&[u8]], now: Duration) -> Duration {
        if is_http(words) {
            self.is_closing = true;
            return now;
        }
        let outcome = server.execute(self.client, words, millis(now), &mut self.output);
        let ended = clock();
        let nanos = ended.saturating_sub(now).as_nanos();
        server.took(u64::try_from(nanos).unwrap_or(u64::MAX));
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
        ended
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

/// A web page can make a browser send a request here; its first words show what it is.
fn is_http(words: &[&[u8]]) -> bool {
    let name = words.first().copied().unwrap_or_default();
    name.eq_ignore_ascii_case(b"POST") || name.eq_ignore_ascii_case(b"HOST:")
}

fn is_temporary(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::WouldBlock | ErrorKind::Interrupted)
}
