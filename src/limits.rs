//! Every bound of the project in one place, with the assertions that relate them.
//!
//! What happens at a bound is always visible to the user: a Redis error, or a line that says so.

/// Longest bulk string that a client may send, in bytes (Redis's `proto-max-bulk-len` is larger;
/// a page has less memory).
pub const BULK_BYTES_MAX: usize = 512 * 1024 * 1024;
/// Most words that one command may have.
pub const ARGS_MAX: usize = 1024 * 1024;

const _: () = assert!(ARGS_MAX < BULK_BYTES_MAX);
