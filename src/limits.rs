//! Every bound of the project in one place, with the assertions that relate them.
//!
//! What happens at a bound is always visible to the user: a Redis error, or a line that says so.

/// Longest bulk string that a client may send, in bytes (Redis's `proto-max-bulk-len` is larger;
/// a page has less memory).
pub const BULK_BYTES_MAX: usize = 512 * 1024 * 1024;
/// Most words that one command may have.
pub const ARGS_MAX: usize = 1024 * 1024;

const _: () = assert!(ARGS_MAX < BULK_BYTES_MAX);

/// Most lines that the console's history keeps.
pub const HISTORY_LINES_MAX: usize = 1_000;
/// Most rows that the console shows; older ones make way for a row that says so.
pub const TRANSCRIPT_ROWS_MAX: usize = 2_000;
/// Most times that a repeat prefix (`5 XADD …`) runs its command.
pub const REPEAT_MAX: u64 = 1_000;
/// Longest text that can be pasted into the console, in bytes.
pub const PASTE_BYTES_MAX: usize = 256 * 1024;
