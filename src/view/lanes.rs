//! The lanes: follows what happens in the world, and says what is to be drawn.
//!
//! The state is always read from the store; what is kept here is only what the store does not know:
//! the places of entries, numbers for names, what a group skipped, and what is in motion.

mod follow;
mod read;
mod tip;

use std::collections::BTreeSet;
use std::rc::Rc;

use super::picture::Health;
use super::places::Places;
use super::tween::Tweens;
use crate::engine::StreamId;
use crate::engine::event::Name;
use crate::sim::{ServiceKind, ServiceView, World};
use crate::sorted::SortedMap;
use crate::time::Millis;

pub(in crate::view) use follow::text_of;
pub use read::View;

/// For how long somebody who wrote once stays among those who write.
const WRITER_MS: Millis = 60_000;
/// Most ranges of entries that a group skipped and that are remembered.
const SKIPPED_MAX: usize = 16;

/// What the lanes know beside the store.
#[derive(Clone, Default, Debug)]
pub struct Lanes {
    streams: Vec<StreamLane>,
    services: SortedMap<Rc<str>, Service>,
    /// Who sent the line that is being run.
    sender: Rc<str>,
    /// The motions.
    pub tweens: Tweens,
    /// Where each group's marker stands while it glides.
    markers: SortedMap<(u32, u32), f64>,
    version: u64,
    /// The version at which the services were looked at.
    services_version: u64,
    /// With so many names those that are gone are forgotten; 0: not decided yet.
    n_names_max: usize,
    numbering: u64,
}

/// A stream that exists or existed.
#[derive(Clone, Debug)]
struct StreamLane {
    db: u32,
    key: Name,
    exists: bool,
    places: Places,
    groups: Vec<GroupLane>,
    /// It got dead letters.
    is_dead_letters: bool,
    /// Who wrote lately, and when.
    writers: Vec<(Rc<str>, Millis)>,
}

/// A group that exists or existed.
#[derive(Clone, Debug)]
struct GroupLane {
    name: Name,
    /// Numbers of its consumers, dead ones too.
    consumers: Vec<Name>,
    /// Entries that it never had to deliver: after the first id, up to and including the second.
    skipped: Vec<(StreamId, StreamId)>,
    /// Entries on which a handler failed.
    failed: BTreeSet<StreamId>,
}

/// What we remember of a service between two looks at all of them.
#[derive(Clone, Debug)]
struct Service {
    view: ServiceView,
    /// When it began to work on what it works on.
    since: Millis,
}

impl Lanes {
    /// Grows with everything that happens; equal versions look equal, but for time.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// Grows when streams, groups and consumers get other numbers.
    pub fn numbering(&self) -> u64 {
        self.numbering
    }

    /// The streams that exist: their numbers, databases and keys.
    pub fn streams(&self) -> impl Iterator<Item = (u32, u32, &Name)> {
        let numbered = (0..).zip(&self.streams).filter(|(_, stream)| stream.exists);
        numbered.map(|(number, stream)| (number, stream.db, &stream.key))
    }

    /// Database and key of a stream.
    pub fn key(&self, stream: u32) -> Option<(u32, &Name)> {
        self.streams.get(stream as usize).map(|stream| (stream.db, &stream.key))
    }

    /// The name of a group.
    pub fn group_name(&self, stream: u32, group: u32) -> Option<&Name> {
        Some(&self.streams.get(stream as usize)?.groups.get(group as usize)?.name)
    }

    /// The name of a consumer; `None` for nobody.
    pub fn consumer_name(&self, stream: u32, group: u32, consumer: u32) -> Option<&Name> {
        let group = self.streams.get(stream as usize)?.groups.get(group as usize)?;
        group.consumers.get(consumer as usize)
    }

    /// The number of a group.
    pub fn group_number(&self, stream: u32, name: &Name) -> Option<u32> {
        let groups = &self.streams.get(stream as usize)?.groups;
        groups.iter().position(|group| group.name == *name).map(|number| number as u32)
    }

    /// The number of a consumer.
    pub fn consumer_number(&self, stream: u32, group: u32, name: &Name) -> Option<u32> {
        let group = self.streams.get(stream as usize)?.groups.get(group as usize)?;
        group.consumers.iter().position(|known| known == name).map(|number| number as u32)
    }

    /// How the service of that name does, if there is one.
    pub fn health(&self, name: &str) -> Health {
        self.services.get(name).map_or(Health::Unknown, |service| read::health(service.view.state))
    }

    /// The place of an entry.
    pub fn place_of(&self, stream: u32, id: StreamId) -> Option<u64> {
        self.streams.get(stream as usize)?.places.place_of(id)
    }

    /// The places of a stream: from the first that holds an entry to behind the last.
    pub fn extent(&self, stream: u32) -> (u64, u64) {
        let places = self.streams.get(stream as usize).map(|stream| &stream.places);
        places.map_or((0, 0), |places| (places.first_live(), places.end()))
    }

    /// Where a group's marker stands right now.
    pub fn marker(&self, stream: u32, group: u32) -> Option<f64> {
        self.markers.get(&(stream, group)).copied()
    }

    /// Lets motions go on; returns whether anything still moves.
    pub fn advance(&mut self, world: &World, dt_ms: u32) -> bool {
        let moving = self.tweens.advance(dt_ms);
        self.glide_markers(world, dt_ms) || moving
    }

    fn stream_number(&mut self, db: u32, key: &Name) -> u32 {
        let known = self.streams.iter().position(|stream| stream.db == db && stream.key == *key);
        let number = known.unwrap_or(self.streams.len());
        if known.is_none() {
            self.streams.push(StreamLane {
                db,
                key: key.clone(),
                exists: false,
                places: Places::default(),
                groups: Vec::new(),
                is_dead_letters: false,
                writers: Vec::new(),
            });
        }
        number as u32
    }
}

impl StreamLane {
    fn group_number(&mut self, name: &Name) -> u32 {
        let known = self.groups.iter().position(|group| group.name == *name);
        let number = known.unwrap_or(self.groups.len());
        if known.is_none() {
            self.groups.push(GroupLane {
                name: name.clone(),
                consumers: Vec::new(),
                skipped: Vec::new(),
                failed: BTreeSet::new(),
            });
        }
        number as u32
    }

    fn group(&mut self, name: &Name) -> (u32, &mut GroupLane) {
        let number = self.group_number(name);
        (number, &mut self.groups[number as usize])
    }

    fn wrote(&mut self, who: &Rc<str>, at: Millis) {
        match self.writers.iter_mut().find(|(name, _)| name == who) {
            Some((_, last)) => *last = at,
            None => self.writers.push((who.clone(), at)),
        }
        self.writers.retain(|(_, last)| at.saturating_sub(*last) < WRITER_MS);
    }
}

impl GroupLane {
    fn number_consumer(&mut self, name: &Name) -> u32 {
        let known = self.consumers.iter().position(|consumer| consumer == name);
        let number = known.unwrap_or(self.consumers.len());
        if known.is_none() {
            self.consumers.push(name.clone());
        }
        number as u32
    }

    fn skip(&mut self, behind: StreamId, to: StreamId) {
        if behind < to {
            self.skipped.push((behind, to));
        }
        if SKIPPED_MAX < self.skipped.len() {
            self.skipped.remove(0);
        }
    }

    fn has_skipped(&self, id: StreamId) -> bool {
        self.skipped.iter().any(|(behind, to)| *behind < id && id <= *to)
    }
}

impl Service {
    fn new(view: ServiceView, since: Millis) -> Service {
        Service { view, since }
    }

    fn writes_dead_letters(&self) -> bool {
        matches!(self.view.kind, ServiceKind::Consumer | ServiceKind::Claimer)
    }
}
