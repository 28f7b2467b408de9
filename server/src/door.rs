//! What all connections share: the server behind the door, and the mail for those who wait.
//!
//! Invariant: a borrow never lasts over a wait, so no borrow can fail.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::task::Waker;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use streamlanes::command::{ClientId, Server};
use streamlanes::time::Millis;
use tokio::sync::Notify;

use crate::limits::CLIENTS_MAX;

/// The server and its connections.
#[derive(Debug)]
pub struct Door {
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

/// How a client stands with the server.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Standing {
    /// It waits in a blocking command.
    pub is_blocked: bool,
    /// It was not killed by another one.
    pub is_welcome: bool,
    /// It gets messages that it did not ask for one by one: a subscriber or a monitor.
    pub is_listener: bool,
}

impl Door {
    /// A door to a server.
    pub fn new(server: Server) -> Door {
        Door {
            server: RefCell::new(server),
            mail: RefCell::default(),
            n_buffered: Cell::new(0),
            armed_at: Cell::new(None),
            earlier: Notify::new(),
            stopping: Cell::new(false),
        }
    }

    /// A new client: where it is, and where it came to.
    pub fn connect(&self, addr: &str, laddr: &str) -> ClientId {
        let mut server = self.server.borrow_mut();
        let client = server.connect(now());
        server.set_addr(client, addr, laddr);
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

    /// Puts what the server has to say into the mailboxes and wakes their owners, and those whose
    /// connections are to be closed.
    fn deliver(&self, server: &mut Server) {
        while let Some(client) = server.poll_killed() {
            if let Some(mailbox) = self.mail.borrow_mut().get_mut(&client) {
                mailbox.wake();
            }
        }
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

    /// Moves a client's mail to the end of `out` and leaves word how to wake its task; whether
    /// something may have changed for it.
    pub fn collect(&self, client: ClientId, waker: &Waker, out: &mut Vec<u8>) -> bool {
        let mut mail = self.mail.borrow_mut();
        let Some(mailbox) = mail.get_mut(&client) else { return false };
        if !mailbox.waker.as_ref().is_some_and(|known| known.will_wake(waker)) {
            mailbox.waker = Some(waker.clone());
        }
        if !mailbox.has_news {
            return false;
        }
        mailbox.has_news = false;
        let bytes = std::mem::take(&mut mailbox.bytes);
        self.count_buffered(bytes.len(), 0);
        out.extend_from_slice(&bytes);
        true
    }

    /// How a client stands with the server.
    pub fn standing(&self, client: ClientId) -> Standing {
        let server = self.server.borrow();
        let known = server.state().clients.get(client);
        Standing {
            is_blocked: server.is_blocked(client),
            is_welcome: server.is_connected(client),
            is_listener: known.is_some_and(|known| known.monitor || 0 < known.n_subscriptions()),
        }
    }

    /// Whether there is room for one more beside so many.
    pub fn has_room(&self, n_open: usize) -> bool {
        n_open < self.server.borrow().state().settings.n_clients_max.min(CLIENTS_MAX)
    }

    /// Whether others may come: to a server without a password only those on this machine.
    pub fn admits(&self, is_near: bool) -> bool {
        is_near || self.server.borrow().needs_password()
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
                    let wait = Duration::from_millis(due.saturating_sub(now()));
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
pub fn now() -> Millis {
    millis(clock())
}

/// The wall clock, since 1970.
#[expect(clippy::disallowed_methods, reason = "the door is where the wall clock comes in")]
pub fn clock() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

/// A time in whole milliseconds.
pub fn millis(time: Duration) -> Millis {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
