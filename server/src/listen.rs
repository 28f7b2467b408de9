//! Listening, accepting, and the end.
//!
//! Invariant: a failed accept or a lost connection ends nothing but itself.

use std::cell::{Cell, RefCell};
use std::io;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

use streamlanes::command::Server;
use tokio::net::{TcpListener, UnixListener};
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::{LocalSet, spawn_local};

use crate::connection::{Connection, ReadRoom};
use crate::door::Door;
use crate::limits::{CLIENTS_MAX, READ_BYTES, STOP_GRACE_MS};
use crate::options::Options;
use crate::socket::Socket;

/// Serves until SIGTERM or SIGINT. `ready` is called once with the address, when connections are
/// accepted.
///
/// # Errors
/// The address is taken or not ours, or the Unix socket cannot be made.
pub fn serve(options: Options, ready: impl FnOnce(std::net::SocketAddr)) -> io::Result<()> {
    // Failing is harmless: the clients above the limit are refused when they come.
    let _ = rlimit::increase_nofile_limit(CLIENTS_MAX as u64 + 64);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    LocalSet::new().block_on(&runtime, run(options, ready))
}

async fn run(options: Options, ready: impl FnOnce(std::net::SocketAddr)) -> io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let listener = TcpListener::bind((options.bind, options.port)).await?;
    let unix = options.unix_socket.as_deref().map(UnixSocket::bind).transpose()?;
    ready(listener.local_addr()?);

    let mut server = Server::new(options.profile);
    server.set_port(listener.local_addr()?.port());
    server.set_password(options.password.as_deref().unwrap_or_default());
    let house = Rc::new(House {
        door: Door::new(server),
        room: RefCell::new(Box::new([0; READ_BYTES])),
        n_open: Cell::new(0),
    });
    let keeper = Rc::clone(&house);
    spawn_local(async move { keeper.door.keep_time().await });
    if let Some(unix) = &unix {
        let listener = Rc::clone(&unix.listener);
        spawn_local(accept(Rc::clone(&house), async move || {
            Ok(Socket::Unix(listener.accept().await?.0))
        }));
    }
    spawn_local(accept(Rc::clone(&house), async move || {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        Ok(Socket::Tcp(stream))
    }));

    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    house.door.stop();
    let all_gone = async {
        while 0 < house.door.n_clients() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    // Whoever does not take its last replies in time loses them.
    let _ = tokio::time::timeout(Duration::from_millis(STOP_GRACE_MS), all_gone).await;
    Ok(())
}

/// What the tasks share.
struct House {
    door: Door,
    room: RefCell<ReadRoom>,
    /// Connections that were accepted; in a rush most of them are no clients of the door yet.
    n_open: Cell<usize>,
}

/// What those get who come from elsewhere while CONFIG SET has taken the password away.
const NOT_ADMITTED: &[u8] =
    b"-DENIED without a password only clients on the same machine are served\r\n";

/// Accepts connections, each of which becomes a task.
async fn accept(house: Rc<House>, next: impl AsyncFn() -> io::Result<Socket>) {
    loop {
        let Ok(socket) = next().await else {
            // Out of file handles, or the client was gone already: others must not starve.
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        if house.door.is_stopping() {
            return;
        }
        if !house.door.admits(socket.is_near()) {
            let _ = socket.try_write(NOT_ADMITTED);
            continue;
        }
        if !house.door.has_room(house.n_open.get()) {
            // A new socket has room for a line; if not, the close says enough.
            let _ = socket.try_write(b"-ERR max number of clients reached\r\n");
            continue;
        }
        let house = Rc::clone(&house);
        house.n_open.set(house.n_open.get() + 1);
        spawn_local(async move {
            let connection = Connection::new(&house.door, socket);
            connection.serve(&house.room).await;
            house.n_open.set(house.n_open.get() - 1);
        });
    }
}

/// A Unix socket whose file goes with it.
struct UnixSocket {
    listener: Rc<UnixListener>,
    path: PathBuf,
}

impl UnixSocket {
    fn bind(path: &Path) -> io::Result<UnixSocket> {
        use std::os::unix::fs::{FileTypeExt, PermissionsExt};
        // A socket file that nobody listens on is left from a door that was killed.
        let is_socket = path.symlink_metadata().is_ok_and(|meta| meta.file_type().is_socket());
        if is_socket && std::os::unix::net::UnixStream::connect(path).is_err() {
            std::fs::remove_file(path)?;
        }
        let listener = Rc::new(UnixListener::bind(path)?);
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))?;
        Ok(UnixSocket { listener, path: path.to_owned() })
    }
}

impl Drop for UnixSocket {
    fn drop(&mut self) {
        // Nobody is left to be told when this fails.
        let _ = std::fs::remove_file(&self.path);
    }
}
