//! One entry at a time, told while it moves: what `last-delivered-id`, pending and ack mean is said
//! under the picture that shows it.

use std::collections::VecDeque;

use super::lanes::Lanes;
use super::text;
use super::tween::{Anchor, Flight, Motion, NO_GROUP};
use crate::engine::StreamId;
use crate::sim::{ServiceChange, World, WorldEvent, WorldEventKind};

/// For how long a caption stands at least, so that it can be read.
const READ_MS: u32 = 2_600;
/// For how long one about a fault, or one that was asked for, stands.
const FAULT_MS: u32 = 6_000;
/// What a frame counts for at least where nothing moves.
const STILL_MS: u32 = 100;
/// Captions that wait; more are left out.
const QUEUE_MAX: usize = 3;
/// Faster than this (in thousandths) a story cannot be followed: a summary stands there instead.
const STORY_SPEED_MAX: u32 = 2_500;

/// A sentence under the picture.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Caption {
    /// A word for the style sheet: added, delivered, claimed, acked, gone, fault; or nothing.
    pub kind: &'static str,
    /// The sentence.
    pub text: String,
}

/// Tells what happens.
#[derive(Clone, Default, Debug)]
pub struct Narrator {
    /// Whose story is told: stream and entry.
    hero: Option<(u32, StreamId)>,
    /// The group in which its story goes on.
    group: Option<u32>,
    /// The last motion of it that was told.
    told: Option<Motion>,
    waiting: VecDeque<Caption>,
    shown: Caption,
    /// For how long it has to stand still.
    stands_ms: u32,
}

impl Narrator {
    /// What stands there now.
    pub fn caption(&self) -> &Caption {
        &self.shown
    }

    /// Takes note of a fault; it is told at once.
    pub fn follow(&mut self, event: &WorldEvent) {
        let text = match &event.kind {
            WorldEventKind::Reset => {
                *self = Narrator::default();
                return;
            }
            WorldEventKind::Service { name, change: ServiceChange::Crashed } => {
                text::caption_crashed(name)
            }
            _ => return,
        };
        self.waiting.clear();
        self.hero = None;
        self.show(Caption { kind: "fault", text }, FAULT_MS);
    }

    /// Says something that was asked for: a few lines about a thing in the picture.
    pub fn answer(&mut self, lines: &str) {
        self.waiting.clear();
        self.hero = None;
        self.show(Caption { kind: "", text: lines.replace('\n', ". ") }, FAULT_MS);
    }

    /// Goes on by a frame; returns whether there is more to tell.
    pub fn step(&mut self, lanes: &Lanes, world: &World, dt_ms: u32, speed_permille: u32) -> bool {
        // Without motion frames are rare and take no time of their own.
        let dt_ms = if lanes.tweens.is_still() { dt_ms.max(STILL_MS) } else { dt_ms };
        self.stands_ms = self.stands_ms.saturating_sub(dt_ms);
        if lanes.tweens.is_still() && self.stands_ms <= READ_MS {
            // Frames are rare: each shows how things are.
            self.stands_ms = 0;
        }
        if STORY_SPEED_MAX < speed_permille || lanes.tweens.is_still() {
            (self.hero, self.told) = (None, None);
            self.waiting.clear();
        } else {
            self.listen(lanes, world);
        }
        if 0 < self.stands_ms {
            return !self.waiting.is_empty();
        }
        match self.waiting.pop_front() {
            Some(next) => self.show(next, READ_MS),
            // The story is told; nothing new is seen for a while.
            None if !lanes.tweens.is_moving() || STORY_SPEED_MAX < speed_permille => {
                self.hero = None;
                self.show(Caption { kind: "", text: text::summary(world) }, READ_MS / 2);
                return false;
            }
            None => self.hero = None,
        }
        true
    }

    fn show(&mut self, caption: Caption, ms: u32) {
        self.shown = caption;
        self.stands_ms = ms;
    }

    /// Hears what is new about the hero, or finds one.
    fn listen(&mut self, lanes: &Lanes, world: &World) {
        let flying = lanes.tweens.flights().filter(|(_, progress)| progress.is_some());
        let flying = flying.map(|(flight, _)| flight);
        let Some((stream, id)) = self.hero else {
            let newest = flying.filter(|flight| flight.motion != Motion::Removed).last();
            if let (Some(flight), true) = (newest, self.waiting.is_empty()) {
                self.hero = Some((flight.mover.stream, flight.mover.id));
                self.group = None;
                self.told = None;
                self.tell(lanes, world, &flight.clone());
            }
            return;
        };
        let of_hero =
            flying.filter(|flight| (flight.mover.stream, flight.mover.id) == (stream, id));
        let mut in_group = of_hero.filter(|flight| {
            let group = flight.mover.group;
            group == NO_GROUP || self.group.is_none_or(|own| own == group)
        });
        if let Some(flight) =
            in_group.find(|flight| self.told.is_none_or(|told| told < flight.motion))
        {
            let flight = flight.clone();
            self.tell(lanes, world, &flight);
        }
    }

    fn tell(&mut self, lanes: &Lanes, world: &World, flight: &Flight) {
        self.told = Some(flight.motion);
        if flight.mover.group != NO_GROUP {
            self.group = Some(flight.mover.group);
        }
        if let Some(caption) = caption(lanes, world, flight)
            && self.waiting.len() < QUEUE_MAX
        {
            self.waiting.push_back(caption);
        }
    }
}

/// What a motion means.
fn caption(lanes: &Lanes, world: &World, flight: &Flight) -> Option<Caption> {
    let stream_number = flight.mover.stream;
    let (db, key) = lanes.key(stream_number)?;
    let stream = world.server().store().stream(db, key).ok().flatten();
    let known = stream.map(|stream| super::lanes::text_of(stream, flight.mover.id));
    let item = match known.filter(|text| !text.is_empty()) {
        Some(text) => text,
        None => text::short_id(flight.mover.id),
    };
    let key = text::lossy(key);
    let group_number = flight.mover.group;
    let group = lanes.group_name(stream_number, group_number).map(|name| text::lossy(name));
    let group = group.unwrap_or_default();
    let name = |anchor: &Anchor| match anchor {
        Anchor::Producer(name) => name.to_string(),
        Anchor::Lane(consumer) => lanes
            .consumer_name(stream_number, group_number, *consumer)
            .map_or(text::NOBODY.to_owned(), |name| text::lossy(name)),
        _ => String::new(),
    };
    let (from, to) = (name(&flight.from), name(&flight.to));
    let (kind, text) = match flight.motion {
        Motion::Added => ("added", text::caption_added(&from, &item, &key)),
        Motion::Delivered => ("delivered", text::caption_delivered(&group, &item, &to)),
        Motion::Claimed => ("claimed", text::caption_claimed(&from, &item, &to)),
        Motion::Acked => ("acked", text::caption_acked(&group, &item, &from)),
        Motion::DeadLettered => ("dead", text::caption_dead(&item, &key)),
        Motion::Lost | Motion::Removed => return None,
    };
    Some(Caption { kind, text })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::Profile;
    use crate::sim::{Scenario, Session};

    fn told(lines: &[&str]) -> Vec<String> {
        let mut session = Session::new(Scenario::empty(), 1, Profile::Redis86);
        let (mut lanes, mut narrator) = (Lanes::default(), Narrator::default());
        let mut all: Vec<String> = Vec::new();
        let mut frames = |session: &mut Session, n_frames: u32| {
            while let Some(event) = session.poll_event() {
                lanes.follow(session.world(), &event);
                narrator.follow(&event);
            }
            for _ in 0..n_frames {
                lanes.advance(session.world(), 20);
                narrator.step(&lanes, session.world(), 20, 1_000);
                let text = &narrator.caption().text;
                if all.last() != Some(text) && !text.is_empty() {
                    all.push(text.clone());
                }
            }
        };
        for line in lines {
            session.submit("web", line);
            frames(&mut session, 30);
        }
        frames(&mut session, 500);
        all
    }

    #[test]
    fn an_entry_is_followed_from_the_log_to_its_ack() {
        let story = told(&[
            "XGROUP CREATE orders billing $ MKSTREAM",
            "XADD orders 1-0 item tea",
            "XREADGROUP GROUP billing anna STREAMS orders >",
            "XACK orders billing 1-0",
        ]);
        let expected = [
            "web appends tea to the log of orders (XADD). It stays there, whoever reads it.",
            "billing hands tea to anna: pending until anna says XACK. last-delivered-id moves on.",
            "anna is done with tea and says XACK: it is no longer pending in billing.",
        ];
        let story: Vec<&str> = story.iter().map(String::as_str).collect();
        assert!(story.windows(3).any(|three| three == expected), "{story:#?}");
        assert_eq!(story.last(), Some(&"orders: 1 entry; billing: 0 pending, lag 0"));
    }
}
