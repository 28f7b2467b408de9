//! What a command may touch while it runs.

use crate::engine::event::Name;
use crate::resp::Writer;
use crate::time::Millis;

use super::{ClientId, Profile};

/// One command's view of the server. `now` is frozen for the whole command (or EXEC).
#[derive(Debug)]
pub struct Ctx<'a> {
    /// Who runs it.
    pub client: ClientId,
    /// The time of the command.
    pub now: Millis,
    /// The server we pretend to be.
    pub profile: Profile,
    /// Inside EXEC nothing waits.
    pub in_exec: bool,
    /// Where the reply goes.
    pub out: Writer<'a>,
}

/// How a command ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Flow {
    /// The reply is written.
    Done,
    /// There is nothing yet: wait, then run `rerun`.
    Block(BlockOn),
}

/// What a blocked client waits for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BlockOn {
    /// The keys whose signals wake it.
    pub keys: Vec<Name>,
    /// Which signals count.
    pub wait: Wait,
    /// When to give up with a nil array; `None`: never.
    pub deadline: Option<Millis>,
    /// When to look again though nothing was signalled (XREADGROUP CLAIM).
    pub retry_at: Option<Millis>,
    /// The command to run at each wake-up: the same words, with `$` resolved.
    pub rerun: Vec<Vec<u8>>,
}

/// Which signals wake a client.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wait {
    /// XREAD: data only.
    Stream,
    /// XREADGROUP: also the end of the key or of its group.
    Group,
    /// BLPOP.
    List,
}
