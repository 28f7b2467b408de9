//! Every bound of the door, with the assertions that relate them.
//!
//! What happens at a bound: a protocol error or a closed connection, as in Redis; never a stop of
//! the others, and never memory without end.

use streamlanes::limits::BULK_BYTES_MAX;

/// Longest inline command, and longest line that announces a count, in bytes.
pub const LINE_BYTES_MAX: usize = 64 * 1024;
/// Most bytes that may wait in one connection for the rest of a command.
pub const QUERY_BYTES_MAX: usize = BULK_BYTES_MAX + 64 * 1024 * 1024;
/// While a client waits in a blocking command, or does not take its replies, the door stops
/// reading from it once this many bytes of further commands have come.
pub const KEPT_BACK_BYTES_MAX: usize = 1024 * 1024;
/// With this many bytes of replies that were not taken, no further command of that client is run.
pub const OUTPUT_PAUSE_BYTES: usize = 1024 * 1024;
/// With this many bytes of replies that were not taken, a connection is closed. One reply may be
/// large (all of a long stream), so this is far above the pause.
pub const OUTPUT_BYTES_MAX: usize = 512 * 1024 * 1024;
/// The same for what nobody asked for by a command: a subscriber or monitor that does not read.
pub const PUSHED_BYTES_MAX: usize = 32 * 1024 * 1024;
/// Most bytes that wait in all connections together, in either direction.
pub const BUFFERED_BYTES_MAX: usize = 2 * 1024 * 1024 * 1024;
/// Most connections at a time.
pub const CLIENTS_MAX: usize = 10_000;
/// Words of a command, and bytes of a word, before a client has given the password.
pub const UNTRUSTED_ARGS_MAX: usize = 10;
/// See [`UNTRUSTED_ARGS_MAX`].
pub const UNTRUSTED_BULK_BYTES_MAX: usize = 16 * 1024;
/// How much is read at a time.
pub const READ_BYTES: usize = 64 * 1024;
/// How long a stopping door waits for clients to take their last replies.
pub const STOP_GRACE_MS: u64 = 1_000;

const _: () = assert!(BULK_BYTES_MAX < QUERY_BYTES_MAX);
const _: () = assert!(LINE_BYTES_MAX < KEPT_BACK_BYTES_MAX);
const _: () = assert!(KEPT_BACK_BYTES_MAX < QUERY_BYTES_MAX);
const _: () = assert!(OUTPUT_PAUSE_BYTES < PUSHED_BYTES_MAX);
const _: () = assert!(PUSHED_BYTES_MAX < OUTPUT_BYTES_MAX);
const _: () = assert!(OUTPUT_BYTES_MAX < BUFFERED_BYTES_MAX);
const _: () = assert!(QUERY_BYTES_MAX < BUFFERED_BYTES_MAX);
