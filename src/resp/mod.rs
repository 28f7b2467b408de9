//! Replies: the bytes that a server sends, in RESP2 or RESP3, and their reading back.
//!
//! Commands write bytes ([`Writer`]); whoever wants a value ([`Value`]) decodes them. So the
//! console, the tests and a socket all see the same bytes.
//!
//! Invariant: knows no command and no stream.

pub mod escape;
pub mod layout;
pub mod value;
pub mod writer;

pub use escape::escape_into;
pub use layout::{layout, layout_value};
pub use value::{DecodeError, Value, decode};
pub use writer::{Deferred, Protocol, Writer, write_u64};
