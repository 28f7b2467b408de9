//! The lanes in words: what a screen reader reads, and what the keyboard walks over.

use super::hit::Target;
use super::lanes::Lanes;
use super::text;
use crate::engine::StreamId;
use crate::engine::group::Group;
use crate::engine::stream::Stream;
use crate::sim::World;

/// Most entries listed of a stream, and of a consumer.
const ENTRIES_MAX: usize = 24;
/// Most streams, groups and consumers listed.
const LISTS_MAX: usize = 12;

/// Everything in words.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Twin {
    /// One for each stream, group and consumer, in reading order.
    pub sections: Vec<Section>,
}

/// A heading, a sentence, and entries.
#[derive(Clone, PartialEq, Debug)]
pub struct Section {
    /// A name for it that stays.
    pub key: String,
    /// The heading.
    pub title: String,
    /// What there is to say.
    pub note: String,
    /// Its entries.
    pub entries: Vec<Item>,
}

/// An entry in words.
#[derive(Clone, PartialEq, Debug)]
pub struct Item {
    /// What it is in the picture.
    pub target: Target,
    /// What stands on it.
    pub label: String,
    /// The name of its state, for the style sheet: new, pending, acked, dead, gone.
    pub state: &'static str,
}

/// Describes the lanes.
pub fn describe(lanes: &Lanes, world: &World) -> Twin {
    let mut sections = Vec::new();
    for (number, db, key) in lanes.streams().take(LISTS_MAX) {
        let Ok(Some(stream)) = world.server().store().stream(db, key) else { continue };
        let name = text::lossy(key);
        sections.push(log(number, &name, stream));
        for group in stream.groups().take(LISTS_MAX) {
            let Some(group_number) = lanes.group_number(number, group.name()) else { continue };
            sections.push(group_section(number, group_number, &name, stream, group));
            lanes_of(lanes, world, number, group_number, stream, group, &mut sections);
        }
        let n_more = stream.n_groups().saturating_sub(LISTS_MAX);
        sections.extend(more(format!("more {number}"), n_more, text::more_groups));
    }
    let n_more = lanes.streams().count().saturating_sub(LISTS_MAX);
    sections.extend(more("more".to_owned(), n_more, text::more_streams));
    Twin { sections }
}

/// Says how many are not listed, if there are any.
fn more(key: String, n_more: usize, words: fn(usize) -> String) -> Option<Section> {
    let title = words(n_more);
    (0 < n_more).then(|| Section { key, title, note: String::new(), entries: Vec::new() })
}

fn log(number: u32, name: &str, stream: &Stream) -> Section {
    let newest = stream.range_rev(StreamId::MIN, StreamId::MAX).take(ENTRIES_MAX);
    let mut entries: Vec<Item> = newest
        .map(|entry| Item {
            target: Target::Entry { stream: number, id: entry.id },
            label: label(stream, entry.id),
            state: state(stream, entry.id),
        })
        .collect();
    entries.reverse();
    let note = text::twin_log(stream.len(), entries.len());
    Section { key: format!("log {number}"), title: text::twin_stream(name), note, entries }
}

fn group_section(
    number: u32,
    group_number: u32,
    stream_name: &str,
    stream: &Stream,
    group: &Group,
) -> Section {
    let n_undelivered = match group.last_id().next() {
        Some(next) => stream.range(next, StreamId::MAX).take(1_000).count(),
        None => 0,
    };
    let name = text::lossy(group.name());
    let last = group.last_id();
    Section {
        key: format!("group {number} {group_number}"),
        title: text::twin_group(&name, stream_name),
        note: text::twin_group_note(last, group.n_pending(), n_undelivered),
        entries: Vec::new(),
    }
}

fn lanes_of(
    lanes: &Lanes,
    world: &World,
    number: u32,
    group_number: u32,
    stream: &Stream,
    group: &Group,
    sections: &mut Vec<Section>,
) {
    for consumer in group.consumers().take(LISTS_MAX) {
        let known = lanes.consumer_number(number, group_number, consumer.name());
        let Some(consumer_number) = known else { continue };
        let pending = group.pending_of(consumer, StreamId::MIN, StreamId::MAX);
        let entries = pending.take(ENTRIES_MAX).map(|one| {
            let idle_ms = one.idle(world.server_now()).unwrap_or(0);
            let (group, consumer) = (group_number, consumer_number);
            let target = Target::Pending { stream: number, group, consumer, id: one.id };
            let label = text::twin_pending(
                &label(stream, one.id),
                one.delivery_count,
                idle_ms,
                stream.contains(one.id),
            );
            Item { target, label, state: "pending" }
        });
        let entries: Vec<Item> = entries.collect();
        let name = text::lossy(consumer.name());
        sections.push(Section {
            key: format!("lane {number} {group_number} {consumer_number}"),
            title: text::twin_consumer(&name),
            note: text::twin_consumer_note(lanes.health(&name), consumer.n_pending()),
            entries,
        });
    }
    let n_more = group.n_consumers().saturating_sub(LISTS_MAX);
    let key = format!("more {number} {group_number}");
    sections.extend(more(key, n_more, text::more_consumers));
}

fn label(stream: &Stream, id: StreamId) -> String {
    let text = super::lanes::text_of(stream, id);
    if text.is_empty() { id.to_string() } else { format!("{id} {text}") }
}

/// The least finished state of an entry among the groups: new, pending or acked.
pub fn state(stream: &Stream, id: StreamId) -> &'static str {
    if stream.groups().any(|group| group.pending(id).is_some()) {
        "pending"
    } else if stream.n_groups() == 0 || stream.groups().any(|group| group.last_id() < id) {
        "new"
    } else {
        "acked"
    }
}
