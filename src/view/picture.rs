//! What the lanes show, before it has a place: plain data, read from the world for one frame.

use crate::engine::StreamId;
use crate::time::Millis;

/// Everything to be drawn.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct Picture {
    /// The streams, in the order in which they came into being.
    pub streams: Vec<StreamPicture>,
    /// Streams that exist but are beyond the limit.
    pub n_more_streams: usize,
}

/// A stream with its groups.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct StreamPicture {
    /// Its number in `lanes::Lanes`.
    pub stream: u32,
    /// Its name.
    pub title: String,
    /// How many entries it holds.
    pub n_entries: u64,
    /// How many of them, the oldest, have no place.
    pub n_unplaced: u64,
    /// The place behind the last entry; places are counted from 0 in the order of XADD.
    pub n_places: u64,
    /// The first place that still holds an entry.
    pub first_place: u64,
    /// It collects dead letters.
    pub is_dead_letters: bool,
    /// Who writes to it.
    pub producers: Vec<ProducerPicture>,
    /// The places in view, when they are wide enough to be drawn one by one.
    pub cells: Vec<Cell>,
    /// Otherwise: how full each column of pixels is.
    pub columns: Vec<Column>,
    /// Its groups, in byte order of their names.
    pub groups: Vec<GroupPicture>,
    /// Groups beyond the limit.
    pub n_more_groups: usize,
}

impl StreamPicture {
    /// Whether groups or entries are beyond a limit.
    pub fn is_cut(&self) -> bool {
        0 < self.n_more_groups || 0 < self.n_unplaced
    }
}

/// Somebody who writes.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct ProducerPicture {
    /// The client's name.
    pub name: String,
    /// Whether it runs, and how well.
    pub health: Health,
}

/// One place in the log.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct Cell {
    /// Its number.
    pub place: u64,
    /// The id of the entry.
    pub id: StreamId,
    /// What it holds, in a few letters.
    pub text: String,
    /// Deleted or trimmed: only its place is left.
    pub gone: bool,
}

/// Some places together, when they are too narrow to be told apart.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Column {
    /// How many of the places hold an entry.
    pub n_live: u32,
    /// How many places there are.
    pub n_places: u32,
}

/// A group of a stream.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct GroupPicture {
    /// Its number in its stream.
    pub group: u32,
    /// Its name.
    pub name: String,
    /// The id up to which everything was handed out.
    pub last_delivered_id: StreamId,
    /// The place behind it.
    pub marker: u64,
    /// How many entries were not delivered yet, if known.
    pub lag: Option<u64>,
    /// How many are delivered and not acknowledged.
    pub n_pending: u64,
    /// What each cell of the stream is to this group.
    pub cells: Vec<CellState>,
    /// How many of each column are pending.
    pub columns: Vec<u32>,
    /// Its consumers; the first may be "nobody" (after XNACK).
    pub lanes: Vec<LanePicture>,
    /// Consumers beyond the limit.
    pub n_more_lanes: usize,
}

/// What an entry is to a group.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Debug)]
pub enum CellState {
    /// The group began after it.
    Skipped,
    /// Delivered and acknowledged (or it needed no acknowledgement).
    Done,
    /// It is no longer in the log.
    Gone,
    /// Not delivered yet.
    #[default]
    NotYet,
    /// Delivered, not acknowledged.
    Pending,
}

/// A consumer of a group.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct LanePicture {
    /// Its number in its group; `u32::MAX` for nobody.
    pub consumer: u32,
    /// Its name.
    pub name: String,
    /// Whether a service stands behind it, and what it does.
    pub health: Health,
    /// How many entries are pending for it.
    pub n_pending: u64,
    /// Those in view, one by one.
    pub tokens: Vec<Token>,
    /// Or how many in each column of pixels.
    pub columns: Vec<u32>,
    /// How many lie to the left of the view.
    pub n_left: u64,
    /// How many lie to the right.
    pub n_right: u64,
}

/// The consumer number of entries that are pending for nobody.
pub const NOBODY: u32 = u32::MAX;

/// A pending entry.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct Token {
    /// Its place in the log.
    pub place: u64,
    /// Its id.
    pub id: StreamId,
    /// How often it was delivered.
    pub n_deliveries: u64,
    /// For how long nobody touched it; unknown after XNACK.
    pub idle_ms: Millis,
    /// The entry itself is gone from the log.
    pub dangling: bool,
    /// The handler failed on it.
    pub failed: bool,
    /// How far the work on it is.
    pub work_permille: Option<u16>,
}

/// How a service does.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Health {
    /// No service: somebody at a console, or a client that we know nothing of.
    #[default]
    Unknown,
    /// Between two turns.
    Idle,
    /// Its read blocks.
    Waiting,
    /// Works on an entry.
    Working,
    /// Does nothing until it thaws.
    Frozen,
    /// Finishes what it has.
    Stopping,
    /// Ended in good order.
    Stopped,
    /// Dead.
    Crashed,
}
