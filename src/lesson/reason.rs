//! Why a goal is not reached, as data. The sentence is made by whoever shows it.

use super::condition::Condition;
use crate::engine::StreamId;

/// A condition that does not hold, and what was found instead.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reason {
    /// Of an `or:` the first alternative.
    pub condition: Condition,
    /// What was found.
    pub found: Found,
}

/// What was found instead of what a condition wants.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Found {
    /// A number that does not compare as it should; of `elapsed`, milliseconds.
    Number(i64),
    /// An id that does not compare as it should.
    Id(StreamId),
    /// What should be there is missing, or what should be missing is there: the condition says
    /// which.
    Opposite,
    /// The key does not exist.
    NoStream,
    /// The key holds something else.
    OtherType,
    /// The stream has no such group.
    NoGroup,
    /// No entry has the field with the value.
    NoField,
    /// The key holds no string.
    NoString,
    /// The key holds another string.
    OtherString(String),
    /// The lag cannot be known.
    LagUnknown,
    /// The id is not pending in the group.
    NotPending,
    /// The id is pending for somebody else, or for nobody.
    PendingFor(Option<String>),
    /// Entries are pending, and none should be; the first of them, and for whom.
    StillPending(i64, StreamId, Option<String>),
    /// The question was not answered.
    NotAnswered,
    /// The question was not answered rightly.
    WrongAnswer,
    /// The command was not run so that it fits.
    NotRun,
    /// The command was run and fits, but not often enough.
    RunTooSeldom(i64),
    /// The command was run, and got another reply.
    OtherReply,
    /// None of the commands was run that belong in an order; the first one's name.
    NotBegun(String),
    /// The commands so far are in order; the next one's name.
    NextIs(String),
    /// A line that must not be typed, and who typed it.
    Typed(String, String),
    /// Entries that the client saw more than once.
    SeenTwice(usize),
    /// So many entries of all were not seen.
    NotSeen(usize, usize),
    /// The newest entry was not seen.
    NewestNotSeen(StreamId),
    /// There is no entry that could be seen.
    NoEntry,
    /// Nothing of the stream was seen.
    NothingSeen,
    /// Entries that were left out between the first and the last one seen.
    Skipped(usize),
}
