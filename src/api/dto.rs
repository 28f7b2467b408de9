//! Values of ours in the shapes of `types.d.ts`: what crosses to JavaScript.
//!
//! Ids are texts, since 64 bits do not fit a JavaScript number; other numbers beyond that are texts
//! as well. Texts of the world that are no UTF-8 come as `Uint8Array`.

use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};

use super::since_start;
use crate::engine::{Event, EventKind, Name, StreamId};
use crate::resp::Value;
use crate::sim::{WorldEvent, WorldEventKind};
use crate::view::text::events::sentence;

/// The greatest whole number that a JavaScript number holds exactly.
const EXACT_MAX: u64 = (1 << 53) - 1;

/// A number: exact, or else a text.
pub(super) struct Number(pub(super) u64);

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0 <= EXACT_MAX {
            serializer.serialize_f64(self.0 as f64)
        } else {
            serializer.collect_str(&self.0)
        }
    }
}

/// A text if it is one, else its bytes.
pub(super) struct Text<'a>(pub(super) &'a [u8]);

impl Serialize for Text<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match std::str::from_utf8(self.0) {
            Ok(text) => serializer.serialize_str(text),
            Err(_) => serializer.serialize_bytes(self.0),
        }
    }
}

/// An id as a text.
pub(super) struct Id(pub(super) StreamId);

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// A reply: texts, numbers, `null`, booleans, arrays; maps as arrays of pairs; an error inside a
/// reply (EXEC has them) as `{ error }`.
pub(super) struct Reply<'a>(pub(super) &'a Value);

impl Serialize for Reply<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Simple(bytes) | Value::Bulk(bytes) | Value::Verbatim(bytes) => {
                Text(bytes).serialize(serializer)
            }
            Value::Double(bytes) => {
                let text = String::from_utf8_lossy(bytes);
                serializer.serialize_f64(text.parse().unwrap_or(f64::NAN))
            }
            Value::Error(bytes) => {
                let mut object = serializer.serialize_map(Some(1))?;
                object.serialize_entry("error", &String::from_utf8_lossy(bytes))?;
                object.end()
            }
            Value::Int(n) if n.unsigned_abs() <= EXACT_MAX => serializer.serialize_f64(*n as f64),
            Value::Int(n) => serializer.collect_str(n),
            Value::NilBulk | Value::NilArray | Value::Null => serializer.serialize_unit(),
            Value::Bool(truth) => serializer.serialize_bool(*truth),
            Value::Array(items) | Value::Set(items) | Value::Push(items) => {
                serializer.collect_seq(items.iter().map(Reply))
            }
            Value::Map(pairs) => {
                let mut rows = serializer.serialize_seq(Some(pairs.len()))?;
                for (key, value) in pairs {
                    rows.serialize_element(&[Reply(key), Reply(value)])?;
                }
                rows.end()
            }
        }
    }
}

/// What `exec` gives back.
#[derive(Serialize, Default)]
pub(super) struct Answer<'a> {
    pub(super) text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) value: Option<Reply<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) error: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) waiting: bool,
}

/// What `onEvent` hands to the page. What an event is not about is left out.
#[derive(Serialize, Default)]
pub(super) struct EventObject<'a> {
    at: f64,
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    db: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    consumer: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<Id>,
    #[serde(skip_serializing_if = "Option::is_none")]
    service: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    what: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    business: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    offset: Option<f64>,
}

impl<'a> EventObject<'a> {
    pub(super) fn new(event: &'a WorldEvent) -> EventObject<'a> {
        let rest = match &event.kind {
            WorldEventKind::Reset => {
                let text = Some("Everything may have changed.".to_owned());
                EventObject { kind: "reset", text, ..Default::default() }
            }
            WorldEventKind::Engine(change) => of_change(change),
            WorldEventKind::Sent { seq } => {
                EventObject { kind: "sent", line: Some(Number(*seq)), ..Default::default() }
            }
            WorldEventKind::Replied { seq } => {
                EventObject { kind: "replied", line: Some(Number(*seq)), ..Default::default() }
            }
            WorldEventKind::Service { name, .. } => {
                EventObject { kind: "service", service: Some(name), ..Default::default() }
            }
            WorldEventKind::Fault { name, .. } => {
                EventObject { kind: "fault", service: Some(name), ..Default::default() }
            }
            WorldEventKind::Effect(effect) => EventObject {
                kind: "effect",
                what: Some(&effect.what),
                service: Some(&effect.who),
                key: Some(Text(&effect.stream)),
                business: Some(Text(&effect.key)),
                id: Some(Id(effect.entry)),
                ..Default::default()
            },
            WorldEventKind::Loss(loss) => EventObject {
                kind: "loss",
                what: Some(&loss.what),
                key: Some(Text(&loss.stream)),
                business: Some(Text(&loss.key)),
                id: Some(Id(loss.entry)),
                ..Default::default()
            },
            WorldEventKind::ClockSet { offset_ms } => {
                EventObject { kind: "clock", offset: Some(*offset_ms as f64), ..Default::default() }
            }
        };
        EventObject { at: since_start(event.at), ..rest }
    }
}

fn of_change(change: &Event) -> EventObject<'_> {
    let (kind, group, consumer, id) = parts(&change.kind);
    EventObject {
        kind,
        text: Some(sentence(change)),
        db: Some(change.db),
        key: Some(Text(&change.key)),
        group: group.map(|name| Text(name)),
        consumer: consumer.map(|name| Text(name)),
        id: id.map(Id),
        ..Default::default()
    }
}

type Parts<'a> = (&'static str, Option<&'a Name>, Option<&'a Name>, Option<StreamId>);

/// An event's name, and the group, consumer and id in it.
fn parts(kind: &EventKind) -> Parts<'_> {
    match kind {
        EventKind::Added { id } => ("added", None, None, Some(*id)),
        EventKind::Deduplicated { id, .. } => ("deduplicated", None, None, Some(*id)),
        EventKind::Delivered { group, consumer, id, .. } => {
            ("delivered", Some(group), Some(consumer), Some(*id))
        }
        EventKind::Claimed { group, to, id, .. } => ("claimed", Some(group), Some(to), Some(*id)),
        EventKind::Acked { group, consumer, id } => {
            ("acked", Some(group), consumer.as_ref(), Some(*id))
        }
        EventKind::Released { group, from, id, .. } => {
            ("released", Some(group), from.as_ref(), Some(*id))
        }
        EventKind::Deleted { id } => ("deleted", None, None, Some(*id)),
        EventKind::Trimmed { last, .. } => ("trimmed", None, None, Some(*last)),
        EventKind::PendingLost { group, consumer, id, .. } => {
            ("pendingLost", Some(group), consumer.as_ref(), Some(*id))
        }
        EventKind::GroupCreated { group, last_delivered_id } => {
            ("groupCreated", Some(group), None, Some(*last_delivered_id))
        }
        EventKind::GroupMoved { group, to, .. } => ("groupMoved", Some(group), None, Some(*to)),
        EventKind::GroupDestroyed { group, .. } => ("groupDestroyed", Some(group), None, None),
        EventKind::ConsumerCreated { group, consumer } => {
            ("consumerCreated", Some(group), Some(consumer), None)
        }
        EventKind::ConsumerDeleted { group, consumer, .. } => {
            ("consumerDeleted", Some(group), Some(consumer), None)
        }
        EventKind::LastIdSet { id } => ("lastIdSet", None, None, Some(*id)),
        EventKind::KeyCreated => ("keyCreated", None, None, None),
        EventKind::KeyDeleted => ("keyDeleted", None, None, None),
        EventKind::KeyExpired => ("keyExpired", None, None, None),
        EventKind::KeyMoved { .. } => ("keyMoved", None, None, None),
        EventKind::ValueChanged => ("valueChanged", None, None, None),
        EventKind::Published { .. } => ("published", None, None, None),
    }
}
