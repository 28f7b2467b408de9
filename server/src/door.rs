//! What all connections share: the server behind the door, and the mail for those who wait.
//!
//! Invariant: a borrow never lasts over a wait, so no borrow can fail.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::task::Waker;
use std::time::{SystemTime, UNIX_EPOCH};

use streamlanes::command::{ClientId, Server};
use streamlanes::time::Millis;
use tokio::sync::Notify;

use crate::limits::PUSHED_BYTES_MAX;

/// The server and its connections.
#[derive(Debug)]
pub struct Door {
    pub password: Option<Vec<u8>>,
    server: RefCell<Server>,
    mail: RefCell<BTreeMap<ClientId, Mailbox>>,
    /// Bytes that wait in all connections, in either direction.
    n_buffered: Cell<usize>,
    /// When the timer will next call [`Server::advance`].
    armed_at: Cell<Option<Millis>>,
    /// Told when it has to be earlier than that.
    earlier: Notify,
    stopping: Cell<bool>,
}

/// What came for a client that did not ask just now.
#[derive(Debug, Default)]
struct Mailbox {
    bytes: Vec<u8>,
    /// Something may have changed for its owner: it waits no longer, or was killed.
    has_news: bool,
    waker: Option<Waker>,
}

/// What [`Door::collect`] found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mail {
    /// Nothing.
    None,
    /// Something may have changed for the client.
    News,
    /// So much had come that the client is to be cut off.
    TooMuch,
}

impl Door {
    /// A door to a server.
    pub fn new(server: Server, password: Option<Vec<u8>>) -> Door {
        Door {
            password,
            server: RefCell::new(server),
            mail: RefCell::default(),
            n_buffered: Cell::new(0),
            armed_at: Cell::new(None),
            earlier: Notify::new(),
            stopping: Cell::new(false),
        }
    }

    /// A new client.
    pub fn connect(&self) -> ClientId {
        let client = self.server.borrow_mut().connect(now());
        self.mail.borrow_mut().insert(client, Mailbox::default());
        client
    }

    /// A client is gone, and with it the mail that it did not take.
    pub fn disconnect(&self, client: ClientId) {
        if let Some(mailbox) = self.mail.borrow_mut().remove(&client) {
            self.count_buffered(mailbox.bytes.len(), 0);
        }
        self.with_server(|server| server.disconnect(client));
    }

    /// How many connections there are.
    pub fn n_clients(&self) -> usize {
        self.mail.borrow().len()
    }

    /// Lets `act` use the server, then delivers what that had to say to others.
    pub fn with_server<R>(&self, act: impl FnOnce(&mut Server) -> R) -> R {
        let mut server = self.server.borrow_mut();
        let result = act(&mut server);
        self.deliver(&mut server);
        self.arm(&server);
        result
    }

    /// Puts what the server has to say into the mailboxes and wakes their owners.
    fn deliver(&self, server: &mut Server) {
        while let Some((client, bytes)) = server.poll_output() {
            self.post(client, &bytes);
        }
    }

    /// Puts bytes into one client's mailbox and wakes it.
    pub fn post(&self, client: ClientId, bytes: &[u8]) {
        if let Some(mailbox) = self.mail.borrow_mut().get_mut(&client) {
            self.count_buffered(0, bytes.len());
            mailbox.bytes.extend_from_slice(bytes);
            mailbox.wake();
        }
    }

    /// Moves a client's mail to the end of `out` and leaves word how to wake its task.
    pub fn collect(&self, client: ClientId, waker: &Waker, out: &mut Vec<u8>) -> Mail {
        let mut mail = self.mail.borrow_mut();
        let Some(mailbox) = mail.get_mut(&client) else { return Mail::None };
        if !mailbox.waker.as_ref().is_some_and(|known| known.will_wake(waker)) {
            mailbox.waker = Some(waker.clone());
        }
        if !mailbox.has_news {
            return Mail::None;
        }
        mailbox.has_news = false;
        let bytes = std::mem::take(&mut mailbox.bytes);
        self.count_buffered(bytes.len(), 0);
        out.extend_from_slice(&bytes);
        if PUSHED_BYTES_MAX < bytes.len() { Mail::TooMuch } else { Mail::News }
    }

    /// Whether a client still waits, and whether it is still welcome.
    pub fn standing(&self, client: ClientId) -> (bool, bool) {
        let server = self.server.borrow();
        (server.is_blocked(client), server.is_connected(client) && !self.stopping.get())
    }

    /// Keeps the books on bytes that wait.
    pub fn count_buffered(&self, before: usize, after: usize) {
        self.n_buffered.set(self.n_buffered.get() + after - before);
    }

    /// Bytes that wait in all connections.
    pub fn n_buffered(&self) -> usize {
        self.n_buffered.get()
    }

    /// Tells every connection to end.
    pub fn stop(&self) {
        self.stopping.set(true);
        for mailbox in self.mail.borrow_mut().values_mut() {
            mailbox.wake();
        }
    }

    /// Whether the door is being closed.
    pub fn is_stopping(&self) -> bool {
        self.stopping.get()
    }

    /// Runs what is due whenever it is; never ends.
    pub async fn keep_time(&self) {
        loop {
            let due = self.server.borrow().next_wakeup();
            self.armed_at.set(due);
            let earlier = self.earlier.notified();
            match due {
                None => earlier.await,
                Some(due) => {
                    let wait = std::time::Duration::from_millis(due.saturating_sub(now()));
                    tokio::select! {
                        () = tokio::time::sleep(wait) => {}
                        () = earlier => continue,
                    }
                    if due <= now() {
                        self.with_server(|server| server.advance(now()));
                    }
                }
            }
        }
    }

    fn arm(&self, server: &Server) {
        let due = server.next_wakeup();
        if due.is_some() && self.armed_at.get().is_none_or(|armed| due < Some(armed)) {
            self.armed_at.set(due);
            self.earlier.notify_one();
        }
    }
}

impl Mailbox {
    fn wake(&mut self) {
        self.has_news = true;
        if let Some(waker) = &self.waker {
            waker.wake_by_ref();
        }
    }
}

/// The wall clock, in milliseconds since 1970.
#[expect(clippy::disallowed_methods, reason = "the door is where the wall clock comes in")]
pub fn now() -> Millis {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
