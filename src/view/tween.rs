//! Entries on their way: what happened in the world, stretched so that an eye can follow it.
//!
//! Time here is the animation's own (milliseconds that only pass while frames are drawn), so it can
//! be stopped, and a picture in mid-motion is a value that tests can compare.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::rc::Rc;

use super::picture::CellState;
use crate::engine::StreamId;
use crate::limits::FLIGHTS_MAX;
use crate::sorted::SortedMap;

/// A group number for what concerns the log only.
pub const NO_GROUP: u32 = u32::MAX;
/// A flight that would have to wait longer than this for the one before it is left out.
const WAIT_MS_MAX: u64 = 2_000;

/// Where a flight begins or ends.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Anchor {
    /// Somebody who writes, by name.
    Producer(Rc<str>),
    /// The entry's place in the log.
    Log,
    /// A consumer's lane.
    Lane(u32),
    /// The row where acknowledged entries end.
    Done,
    /// A consumer's lane of another stream: where a dead letter comes from.
    Elsewhere { stream: u32, group: u32, consumer: u32, place: u64 },
}

/// Why something moves.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Motion {
    /// Appended to the log.
    Added,
    /// A copy goes to a consumer.
    Delivered,
    /// Changes its owner.
    Claimed,
    /// Acknowledged.
    Acked,
    /// Left a pending list without an acknowledgement.
    Lost,
    /// Deleted or trimmed.
    Removed,
    /// Put aside in another stream.
    DeadLettered,
}

impl Motion {
    fn duration_ms(self) -> u64 {
        match self {
            Motion::Added => 620,
            Motion::Delivered => 460,
            Motion::Claimed => 560,
            Motion::Acked => 480,
            Motion::Lost => 380,
            Motion::Removed => 700,
            Motion::DeadLettered => 720,
        }
    }

    /// For how long an entry rests where the motion ended before it moves on: what is pending has
    /// to be seen.
    fn rest_ms(self) -> u64 {
        match self {
            Motion::Delivered | Motion::Claimed => 520,
            _ => 0,
        }
    }

    /// What the entry is to its group until the motion is over.
    fn state_before(self) -> Option<CellState> {
        match self {
            Motion::Delivered => Some(CellState::NotYet),
            Motion::Claimed | Motion::Acked | Motion::Lost => Some(CellState::Pending),
            Motion::Added | Motion::Removed | Motion::DeadLettered => None,
        }
    }
}

/// What moves: an entry, in its log or in one of its groups.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Mover {
    /// The stream's number.
    pub stream: u32,
    /// The group's number, or [`NO_GROUP`].
    pub group: u32,
    /// The entry.
    pub id: StreamId,
}

/// One motion.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Flight {
    /// What moves.
    pub mover: Mover,
    /// Its place in the log.
    pub place: u64,
    /// What is written on it.
    pub text: Rc<str>,
    /// Why it moves.
    pub motion: Motion,
    /// From where.
    pub from: Anchor,
    /// To where.
    pub to: Anchor,
    start_ms: u64,
    end_ms: u64,
}

/// What is asked of [`Tweens::fly`].
#[derive(Clone, Debug)]
pub struct Departure {
    /// What moves.
    pub mover: Mover,
    /// Its place in the log.
    pub place: u64,
    /// What is written on it.
    pub text: Rc<str>,
    /// Why it moves.
    pub motion: Motion,
    /// From where.
    pub from: Anchor,
    /// To where.
    pub to: Anchor,
}

/// All motions.
#[derive(Clone, Default, Debug)]
pub struct Tweens {
    now_ms: u64,
    flights: Vec<Flight>,
    /// When each mover may move on.
    busy_until_ms: BTreeMap<Mover, u64>,
    /// States only, no motion (prefers-reduced-motion).
    still: bool,
    /// How much shorter motions are at this speed of the world, in thousandths.
    pace_permille: u64,
}

impl Tweens {
    /// Turns motion off or on. Turning it off ends everything that moves.
    pub fn set_still(&mut self, still: bool) {
        self.still = still;
        if still {
            self.clear();
        }
    }

    /// Whether motion is off.
    pub fn is_still(&self) -> bool {
        self.still
    }

    /// Shortens motions for a world that runs faster (1000: real time).
    pub fn set_speed(&mut self, speed_permille: u64) {
        self.pace_permille = match speed_permille {
            0..=1_500 => 1_000,
            1_501..=3_000 => 700,
            3_001..=6_000 => 480,
            6_001..=12_000 => 320,
            12_001..=35_000 => 210,
            _ => 140,
        };
    }

    /// Whether motions are left out, because so many are under way.
    pub fn is_crowded(&self) -> bool {
        FLIGHTS_MAX <= self.flights.len()
    }

    /// Begins a motion: at once, or when the same entry's last one has ended. Beyond the limit, or
    /// after too long a wait, it is left out: the picture is right without it.
    pub fn fly(&mut self, departure: Departure) {
        if self.still || FLIGHTS_MAX <= self.flights.len() {
            return;
        }
        let Departure { mover, place, text, motion, from, to } = departure;
        let in_log = Mover { group: NO_GROUP, ..mover };
        let ready = |mover| self.busy_until_ms.get(&mover).copied().unwrap_or(0);
        let start_ms = ready(mover).max(ready(in_log)).max(self.now_ms);
        if self.now_ms + WAIT_MS_MAX < start_ms {
            return;
        }
        let pace = if self.pace_permille == 0 { 1_000 } else { self.pace_permille };
        let end_ms = start_ms + (motion.duration_ms() * pace / 1_000).max(1);
        self.busy_until_ms.insert(mover, end_ms + motion.rest_ms() * pace / 1_000);
        self.flights.push(Flight { mover, place, text, motion, from, to, start_ms, end_ms });
    }

    /// Lets time pass; returns whether anything still moves.
    pub fn advance(&mut self, dt_ms: u32) -> bool {
        self.now_ms += u64::from(dt_ms);
        let now_ms = self.now_ms;
        self.flights.retain(|flight| now_ms < flight.end_ms);
        self.busy_until_ms.retain(|_, end_ms| now_ms < *end_ms);
        !self.flights.is_empty()
    }

    /// Whether anything moves.
    pub fn is_moving(&self) -> bool {
        !self.flights.is_empty()
    }

    /// Ends everything at once.
    pub fn clear(&mut self) {
        self.flights.clear();
        self.busy_until_ms.clear();
    }

    /// The motions and how far they are: `None` before they begin. Oldest first.
    pub fn flights(&self) -> impl Iterator<Item = (&Flight, Option<f32>)> {
        self.flights.iter().map(|flight| (flight, flight.progress(self.now_ms)))
    }

    /// For each group, the first place whose entry has not reached its consumer yet.
    pub fn undelivered(&self) -> SortedMap<(u32, u32), u64> {
        let mut first = SortedMap::new();
        for flight in &self.flights {
            if flight.motion == Motion::Delivered {
                let group = (flight.mover.stream, flight.mover.group);
                let place = first.get_or_insert_with(group, || flight.place);
                *place = flight.place.min(*place);
            }
        }
        first
    }

    /// What moving entries still look like where they rest: for each, what its first motion that
    /// has not ended says; and how the lanes differ from what the store knows.
    pub fn held(&self) -> Held {
        let mut held = Held::default();
        for (flight, idx) in self.flights.iter().zip(0..) {
            let Mover { stream, group, .. } = flight.mover;
            let state = match flight.motion {
                Motion::Added | Motion::DeadLettered => Some(CellState::NotYet),
                motion => motion.state_before(),
            };
            let known = held.first.entry(flight.mover);
            let is_first = matches!(known, Entry::Vacant(_));
            known.or_insert((idx, state));
            if group == NO_GROUP {
                continue;
            }
            // Each motion takes from one lane and gives to another; seen is what was before the
            // first of them, the store knows what is after the last.
            if let Anchor::Lane(consumer) = flight.from {
                let lane =
                    held.lanes.get_or_insert_with((stream, group, consumer), Resting::default);
                lane.n_more += 1;
                if is_first && self.now_ms < flight.start_ms {
                    lane.leftmost = flight.place.min(lane.leftmost);
                }
            }
            if let (Anchor::Lane(consumer), false) = (&flight.to, flight.motion == Motion::Lost) {
                let lane =
                    held.lanes.get_or_insert_with((stream, group, *consumer), Resting::default);
                lane.n_more -= 1;
            }
        }
        held
    }
}

impl Flight {
    /// How far it is, from 0 to 1; `None` before it begins.
    fn progress(&self, now_ms: u64) -> Option<f32> {
        let done_ms = now_ms.checked_sub(self.start_ms)?;
        Some((done_ms as f32 / (self.end_ms - self.start_ms) as f32).min(1.0))
    }
}

/// What the picture has to hold back until a motion has ended.
#[derive(Clone, Default, Debug)]
pub struct Held {
    /// The number of the first motion of each entry, and what the entry still is.
    first: BTreeMap<Mover, (usize, Option<CellState>)>,
    lanes: SortedMap<(u32, u32, u32), Resting>,
}

/// What rests in a lane beyond what the store knows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Resting {
    /// How many more (or fewer) entries are seen in it than are pending by now.
    pub n_more: i64,
    /// The leftmost place of those that wait to leave.
    pub leftmost: u64,
}

impl Default for Resting {
    fn default() -> Resting {
        Resting { n_more: 0, leftmost: u64::MAX }
    }
}

impl Held {
    /// Whether an entry has not yet reached its place in the log.
    pub fn is_arriving(&self, stream: u32, id: StreamId) -> bool {
        self.state(Mover { stream, group: NO_GROUP, id }).is_some()
    }

    /// What an entry still is to a group, if something of it moves.
    pub fn state(&self, mover: Mover) -> Option<CellState> {
        self.first.get(&mover).and_then(|(_, state)| *state)
    }

    /// Whether the motion of that number is the first of its entry.
    pub fn is_first(&self, mover: Mover, idx: usize) -> bool {
        self.first.get(&mover).is_some_and(|(first, _)| *first == idx)
    }

    /// How a lane differs from what the store knows.
    pub fn resting(&self, stream: u32, group: u32, consumer: u32) -> Resting {
        self.lanes.get(&(stream, group, consumer)).copied().unwrap_or_default()
    }
}

/// Slow, fast, slow.
pub fn smooth(t: f32) -> f32 {
    t * t * (3.0 - 2.0 * t)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn departure(group: u32, seq: u64, motion: Motion) -> Departure {
        let mover = Mover { stream: 0, group, id: StreamId::new(1, seq) };
        let (from, to) = (Anchor::Log, Anchor::Lane(0));
        Departure { mover, place: seq, text: "tea".into(), motion, from, to }
    }

    #[test]
    fn one_entry_moves_in_the_order_in_which_things_happened() {
        let mut tweens = Tweens::default();
        tweens.fly(departure(NO_GROUP, 1, Motion::Added));
        tweens.fly(departure(0, 1, Motion::Delivered));
        tweens.fly(departure(0, 1, Motion::Acked));
        let mover = Mover { stream: 0, group: 0, id: StreamId::new(1, 1) };
        let mut seen = Vec::new();
        loop {
            let held = tweens.held();
            let now = (held.is_arriving(0, mover.id), held.state(mover));
            if seen.last() != Some(&now) {
                seen.push(now);
            }
            if !tweens.advance(20) {
                break;
            }
        }
        let expected = [
            (true, Some(CellState::NotYet)),
            (false, Some(CellState::NotYet)),
            (false, Some(CellState::Pending)),
        ];
        assert_eq!(seen, expected);
    }

    #[test]
    fn what_is_pending_rests_for_a_moment_before_it_is_acked() {
        let mut tweens = Tweens::default();
        tweens.fly(departure(0, 1, Motion::Delivered));
        let mut acked = departure(0, 1, Motion::Acked);
        (acked.from, acked.to) = (Anchor::Lane(0), Anchor::Done);
        tweens.fly(acked);
        let seen = |tweens: &Tweens| {
            let Resting { n_more, leftmost } = tweens.held().resting(0, 0, 0);
            (n_more, leftmost != u64::MAX)
        };
        // The store knows that it is done; the picture shows it on its way, then pending, then
        // done.
        assert_eq!(seen(&tweens), (0, false));
        tweens.advance(470);
        assert_eq!(seen(&tweens), (1, true));
        tweens.advance(520);
        assert_eq!(seen(&tweens), (1, false));
        tweens.advance(480);
        assert!(!tweens.is_moving());
    }

    #[test]
    fn motion_off_means_no_flights_at_all() {
        let mut tweens = Tweens::default();
        tweens.fly(departure(NO_GROUP, 1, Motion::Added));
        tweens.set_still(true);
        assert!(!tweens.is_moving());
        tweens.fly(departure(NO_GROUP, 2, Motion::Added));
        assert!(!tweens.is_moving());
    }

    #[test]
    fn flights_are_bounded_in_number_and_in_waiting() {
        let mut tweens = Tweens::default();
        for seq in 0..2 * FLIGHTS_MAX as u64 {
            tweens.fly(departure(NO_GROUP, seq, Motion::Added));
        }
        assert_eq!((tweens.flights.len(), tweens.is_crowded()), (FLIGHTS_MAX, true));
        tweens.clear();
        for _ in 0..100 {
            tweens.fly(departure(0, 1, Motion::Claimed));
        }
        assert!(tweens.flights.len() < 10);
        assert!(!tweens.advance(60_000));
    }
}
