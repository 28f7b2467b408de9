//! Following what happens: places, names, and what begins to move.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::{GroupLane, Lanes, Places, Service, StreamLane};
use crate::engine::event::{Delivery, Event, EventKind, Name};
use crate::engine::stream::Stream;
use crate::engine::{StreamId, Value};
use crate::limits::LANE_NAMES_MAX;
use crate::sim::{ServiceChange, ServiceState, World, WorldEvent, WorldEventKind};
use crate::time::Millis;
use crate::view::camera::eased;
use crate::view::picture::NOBODY;
use crate::view::tween::{Anchor, Departure, Motion, Mover, NO_GROUP};

/// Most entries of one trim that are seen leaving.
const TRIM_MOTIONS_MAX: u64 = 40;
/// Events between two counts of the names.
const EVENTS_PER_COUNT: u64 = 1_024;

impl Lanes {
    /// Takes note of what happened. `world` is the world after it (and perhaps after more).
    pub fn follow(&mut self, world: &World, event: &WorldEvent) {
        self.version += 1;
        if self.version.is_multiple_of(EVENTS_PER_COUNT) {
            self.forget_names(world);
        }
        match &event.kind {
            WorldEventKind::Reset => self.rebuild(world),
            WorldEventKind::Engine(event) => self.engine(world, event),
            WorldEventKind::Sent { seq } => {
                let sender = world.transcript().get(*seq).map(|entry| entry.who.clone());
                self.sender = sender.unwrap_or_default();
            }
            WorldEventKind::Service { name, change } => {
                self.service(world, name, change, event.at);
            }
            _ => {}
        }
    }

    /// Forgets the names of streams, groups and consumers that are gone, once there are many: from
    /// then on the others have other numbers.
    #[inline(never)]
    fn forget_names(&mut self, world: &World) {
        let n_names = self.n_names();
        if n_names < self.n_names_max.max(LANE_NAMES_MAX) {
            return;
        }
        let store = world.server().store();
        self.streams.retain_mut(|lane| {
            let Ok(Some(stream)) = store.stream(lane.db, &lane.key) else { return false };
            lane.groups.retain_mut(|known| {
                let Some(group) = stream.group(&known.name) else { return false };
                known.consumers.retain(|name| group.consumer(name).is_some());
                true
            });
            true
        });
        // What is left may be many, too.
        self.n_names_max = 2 * self.n_names();
        self.numbering += 1;
        self.rebuild(world);
    }

    fn n_names(&self) -> usize {
        let of_group = |group: &GroupLane| 1 + group.consumers.len();
        let of_stream = |lane: &StreamLane| 1 + lane.groups.iter().map(of_group).sum::<usize>();
        self.streams.iter().map(of_stream).sum()
    }

    /// Begins anew from the store: nothing moves, everything is where it is.
    pub fn rebuild(&mut self, world: &World) {
        self.tweens.clear();
        self.markers.clear();
        self.services.clear();
        self.look_at_services(world);
        for stream in &mut self.streams {
            stream.exists = false;
            stream.places = Places::default();
            stream.writers.clear();
        }
        for db in 0..crate::engine::Store::N_DBS {
            let entries = world.server().store().db(db).entries();
            let keys: Vec<Name> = entries
                .filter(|(_, entry)| matches!(entry.value, Value::Stream(_)))
                .map(|(key, _)| key.clone())
                .collect();
            for key in keys {
                let number = self.stream_number(db, &key);
                self.refill(world, number);
            }
        }
    }

    /// Reads the places of a stream from the store.
    pub(super) fn refill(&mut self, world: &World, number: u32) {
        let Some(lane) = self.streams.get_mut(number as usize) else { return };
        let stream = world.server().store().stream(lane.db, &lane.key).ok().flatten();
        lane.exists = stream.is_some();
        let Some(stream) = stream else {
            lane.places = Places::default();
            return;
        };
        let mut pending = BTreeSet::new();
        for group in stream.groups() {
            pending.extend(group.pending_range(StreamId::MIN, StreamId::MAX).map(|one| one.id));
            let (_, group_lane) = lane.group(group.name());
            for consumer in group.consumers() {
                group_lane.number_consumer(consumer.name());
            }
        }
        let all = stream.range(StreamId::MIN, StreamId::MAX);
        lane.places = Places::of(all.map(|entry| entry.id), &pending);
    }

    fn service(&mut self, world: &World, name: &Rc<str>, change: &ServiceChange, at: Millis) {
        match change {
            // Frequent: these touch one service only.
            ServiceChange::Working { entry, until } => {
                if let Some(service) = self.services.get_mut(name) {
                    service.since = at;
                    service.view.state = ServiceState::Working { entry: *entry, until: *until };
                    service.view.in_hand = vec![*entry];
                }
            }
            ServiceChange::Failed { entry } => self.failed(name, *entry),
            ServiceChange::DeadLettered { .. } => {}
            _ => self.look_at_services(world),
        }
    }

    /// Brings what is known of the services up to date.
    pub(super) fn look_at_services(&mut self, world: &World) {
        let mut services = crate::sorted::SortedMap::new();
        for view in world.services() {
            let known = self.services.get(&view.name).map(|service| service.since);
            let since = known.unwrap_or(world.now());
            services.insert(view.name.clone(), Service::new(view, since));
        }
        self.services = services;
    }

    fn failed(&mut self, name: &Rc<str>, entry: StreamId) {
        let Some(service) = self.services.get(name) else { return };
        let (key, Some(group)) = (service.view.stream.clone(), service.view.group.clone()) else {
            return;
        };
        if let Some(lane) = self.streams.iter_mut().find(|stream| stream.key == key) {
            lane.group(&group).1.failed.insert(entry);
        }
    }

    fn engine(&mut self, world: &World, event: &Event) {
        let number = self.stream_number(event.db, &event.key);
        match &event.kind {
            EventKind::Added { id } => self.added(world, number, *id, event.at),
            EventKind::Deleted { id } => self.removed(number, *id, *id),
            EventKind::Trimmed { first, last, .. } => self.removed(number, *first, *last),
            EventKind::KeyCreated => self.refill(world, number),
            EventKind::KeyDeleted | EventKind::KeyExpired => self.refill(world, number),
            EventKind::KeyMoved { db, to } => {
                self.refill(world, number);
                let to = self.stream_number(*db, to);
                self.refill(world, to);
            }
            EventKind::GroupCreated { group, last_delivered_id } => {
                let Some(lane) = self.streams.get_mut(number as usize) else { return };
                let (_, group) = lane.group(group);
                group.skipped.clear();
                group.failed.clear();
                group.skip(StreamId::MIN, *last_delivered_id);
            }
            EventKind::GroupMoved { group, from, to } => {
                let Some(lane) = self.streams.get_mut(number as usize) else { return };
                lane.group(group).1.skip(*from, *to);
            }
            EventKind::ConsumerCreated { group, consumer } => {
                let Some(lane) = self.streams.get_mut(number as usize) else { return };
                lane.group(group).1.number_consumer(consumer);
            }
            _ => self.moved(number, &event.kind),
        }
    }

    fn added(&mut self, world: &World, number: u32, id: StreamId, at: Millis) {
        let sender = self.sender.clone();
        let letter = self.services.get(&sender).filter(|service| service.writes_dead_letters());
        let origin = letter.and_then(|service| self.in_hand(service));
        let Some(lane) = self.streams.get_mut(number as usize) else { return };
        lane.exists = true;
        // The store may be ahead of the event: the entry may be there already.
        let place = lane.places.place_of(id).unwrap_or_else(|| lane.places.push(id));
        let stream = world.server().store().stream(lane.db, &lane.key).ok().flatten();
        let text = stream.map(|stream| text_of(stream, id)).unwrap_or_default();
        let (motion, from) = match origin {
            Some(origin) => {
                lane.is_dead_letters = true;
                (Motion::DeadLettered, origin)
            }
            None => {
                lane.wrote(&sender, at);
                (Motion::Added, Anchor::Producer(sender))
            }
        };
        let mover = Mover { stream: number, group: NO_GROUP, id };
        let to = Anchor::Log;
        self.tweens.fly(Departure { mover, place, text: text.into(), motion, from, to });
    }

    /// Where the entry is that a consumer works on.
    fn in_hand(&self, service: &Service) -> Option<Anchor> {
        let view = &service.view;
        let group_name = view.group.as_ref()?;
        let stream = self.streams.iter().position(|lane| lane.key == view.stream)?;
        let lane = self.streams.get(stream)?;
        let group = lane.groups.iter().position(|group| group.name == *group_name)?;
        let consumers = &lane.groups.get(group)?.consumers;
        let consumer = consumers.iter().position(|name| **name == *view.name.as_bytes())?;
        let place = view.in_hand.first().and_then(|id| lane.places.place_of(*id));
        let place = place.unwrap_or(lane.places.end());
        let (stream, group, consumer) = (stream as u32, group as u32, consumer as u32);
        Some(Anchor::Elsewhere { stream, group, consumer, place })
    }

    fn removed(&mut self, number: u32, first: StreamId, last: StreamId) {
        let Some(lane) = self.streams.get_mut(number as usize) else { return };
        let n_live = lane.places.n_live(0..u64::MAX);
        let places = lane.places.remove(first, last);
        if n_live == 0 {
            return;
        }
        let end = places.end.min(places.start + TRIM_MOTIONS_MAX);
        let leaving: Vec<_> = (places.start..end)
            .filter_map(|place| Some((place, lane.places.get(place)?.0)))
            .collect();
        for (place, id) in leaving {
            let mover = Mover { stream: number, group: NO_GROUP, id };
            let (from, to) = (Anchor::Log, Anchor::Log);
            let (text, motion) = ("".into(), Motion::Removed);
            self.tweens.fly(Departure { mover, place, text, motion, from, to });
        }
    }

    /// What happened to an entry in a group.
    fn moved(&mut self, number: u32, kind: &EventKind) {
        match kind {
            EventKind::Delivered { group, consumer, id, how, .. } => match how {
                Delivery::History => {}
                Delivery::New | Delivery::Again => {
                    self.fly_in_group(number, group, *id, Motion::Delivered, None, Some(consumer));
                }
                Delivery::NoAck => {
                    let consumer = Some(consumer);
                    self.fly_in_group(number, group, *id, Motion::Delivered, None, consumer);
                    self.fly_in_group(number, group, *id, Motion::Acked, consumer, None);
                }
            },
            EventKind::Claimed { group, from, to, id, .. } if from.as_ref() != Some(to) => {
                let from = from.as_ref();
                self.fly_in_group(number, group, *id, Motion::Claimed, from, Some(to));
            }
            EventKind::Released { group, from: Some(from), id, .. } => {
                self.fly_in_group(number, group, *id, Motion::Claimed, Some(from), None);
            }
            EventKind::Acked { group, consumer, id } => {
                let consumer = consumer.as_ref();
                self.fly_in_group(number, group, *id, Motion::Acked, consumer, None);
                self.forget_failure(number, group, *id);
            }
            EventKind::PendingLost { group, consumer, id, .. } => {
                let consumer = consumer.as_ref();
                self.fly_in_group(number, group, *id, Motion::Lost, consumer, consumer);
                self.forget_failure(number, group, *id);
            }
            _ => {}
        }
    }

    fn forget_failure(&mut self, number: u32, group: &Name, id: StreamId) {
        if let Some(lane) = self.streams.get_mut(number as usize) {
            lane.group(group).1.failed.remove(&id);
        }
    }

    fn fly_in_group(
        &mut self,
        number: u32,
        group: &Name,
        id: StreamId,
        motion: Motion,
        from: Option<&Name>,
        to: Option<&Name>,
    ) {
        let Some(lane) = self.streams.get_mut(number as usize) else { return };
        let Some(place) = lane.places.place_of(id) else { return };
        let (group, group_lane) = lane.group(group);
        let mut lane_of = |name: Option<&Name>| {
            Anchor::Lane(name.map_or(NOBODY, |name| group_lane.number_consumer(name)))
        };
        let (from, to) = match motion {
            Motion::Delivered => (Anchor::Log, lane_of(to)),
            Motion::Acked => (lane_of(from), Anchor::Done),
            _ => (lane_of(from), lane_of(to)),
        };
        let mover = Mover { stream: number, group, id };
        self.tweens.fly(Departure { mover, place, text: "".into(), motion, from, to });
    }

    /// Moves each marker towards its place; returns whether one still glides.
    pub(super) fn glide_markers(&mut self, world: &World, dt_ms: u32) -> bool {
        let mut gliding = false;
        let still = self.tweens.is_still();
        let waiting = self.tweens.undelivered();
        for (number, lane) in (0..).zip(&self.streams).filter(|(_, lane)| lane.exists) {
            let stream = world.server().store().stream(lane.db, &lane.key).ok().flatten();
            let Some(stream) = stream else { continue };
            for (group_number, group) in (0..).zip(&lane.groups) {
                let Some(state) = stream.group(&group.name) else {
                    self.markers.remove(&(number, group_number));
                    continue;
                };
                // The marker waits for an entry that is still on its way to a consumer.
                let awaited = waiting.get(&(number, group_number)).copied().unwrap_or(u64::MAX);
                let target = lane.places.behind(state.last_id()).min(awaited) as f64;
                let marker = self.markers.get_or_insert_with((number, group_number), || target);
                *marker = if still { target } else { eased(*marker, target, dt_ms) };
                if (*marker - target).abs() < 0.01 {
                    *marker = target;
                } else {
                    gliding = true;
                }
            }
        }
        gliding
    }
}

/// What an entry holds, in a few letters: the first value that is a
/// word, else one that is more than a number.
pub(in crate::view) fn text_of(stream: &Stream, id: StreamId) -> String {
    let Some(entry) = stream.get(id) else { return String::new() };
    let is_word = |value: &&[u8]| value.iter().any(u8::is_ascii_alphabetic);
    let first = entry.fields().next().map(|(_, value)| value);
    let is_plain = |value: &&[u8]| value.len() > 1 && value.iter().all(u8::is_ascii_alphabetic);
    let mut values = entry.fields().map(|(_, value)| value);
    let plain = values.clone().find(is_plain);
    let word = plain.or_else(|| values.find(is_word)).or(first);
    let short = word.unwrap_or_default();
    crate::view::text::lossy(short.get(..48).unwrap_or(short))
}
