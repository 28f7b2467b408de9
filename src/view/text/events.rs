//! What happened, in plain sentences: for the event feed and for "what changed" under a reply.

use crate::engine::{Delivery, Event, EventKind, PendingLoss};

/// One event as a sentence without its time.
pub fn sentence(event: &Event) -> String {
    let key = text(&event.key);
    match &event.kind {
        EventKind::Added { id } => format!("{key}: entry {id} was added."),
        EventKind::Deduplicated { id, producer } => {
            let producer = text(producer);
            format!("{key}: {producer} sent a message again; it is there already, as {id}.")
        }
        EventKind::Delivered { group, consumer, id, count, how } => {
            let (group, consumer) = (text(group), text(consumer));
            delivered(&key, &group, &consumer, &id.to_string(), *count, *how)
        }
        EventKind::Claimed { group, from, to, id, count } => {
            let from = from.as_ref().map_or_else(|| "nobody".to_owned(), |from| text(from));
            let (group, to) = (text(group), text(to));
            format!("{key}: {to} took {id} over from {from} in {group} (delivery {count}).")
        }
        EventKind::Acked { group, consumer, id } => {
            let group = text(group);
            let whose =
                consumer.as_ref().map_or_else(String::new, |it| format!(" for {}", text(it)));
            format!("{key}: {id} is acknowledged in {group}, no longer pending{whose}.")
        }
        EventKind::Released { group, from, id, .. } => {
            let from = from.as_ref().map_or_else(|| "nobody".to_owned(), |from| text(from));
            format!("{key}: {from} gave {id} back in {}; it is pending for nobody.", text(group))
        }
        EventKind::Deleted { id } => format!("{key}: entry {id} was deleted."),
        EventKind::Trimmed { first, last, n } => {
            trimmed(&key, &first.to_string(), &last.to_string(), *n)
        }
        EventKind::PendingLost { group, id, why, .. } => {
            format!("{key}: {id} is no longer pending in {}: {}.", text(group), loss(*why))
        }
        EventKind::GroupCreated { group, last_delivered_id } => {
            format!(
                "{key}: group {} was created; it starts after {last_delivered_id}.",
                text(group)
            )
        }
        EventKind::GroupMoved { group, from, to } => {
            format!("{key}: group {} was moved from {from} to {to}.", text(group))
        }
        EventKind::GroupDestroyed { group, n_pending } => {
            format!("{key}: group {} was destroyed{}.", text(group), taking_along(*n_pending))
        }
        EventKind::ConsumerCreated { group, consumer } => {
            format!("{key}: consumer {} is new in {}.", text(consumer), text(group))
        }
        EventKind::ConsumerDeleted { group, consumer, n_pending } => format!(
            "{key}: consumer {} was deleted from {}{}.",
            text(consumer),
            text(group),
            taking_along(*n_pending)
        ),
        EventKind::LastIdSet { id } => format!("{key}: the last id was set to {id}."),
        EventKind::KeyCreated => format!("{key}: the key was created."),
        EventKind::KeyDeleted => format!("{key}: the key was deleted."),
        EventKind::KeyExpired => format!("{key}: the key expired."),
        EventKind::KeyMoved { db, to } if *db == event.db => {
            format!("{key}: the key is called {} now.", text(to))
        }
        EventKind::KeyMoved { db, to } => {
            format!("{key}: the key was moved to database {db} as {}.", text(to))
        }
        EventKind::ValueChanged => format!("{key}: the value was changed."),
        EventKind::Published { n_receivers } => published(&key, *n_receivers),
    }
}

fn published(key: &str, n_receivers: u64) -> String {
    match n_receivers {
        0 => format!("{key}: a message was published, and nobody was there to receive it."),
        n => format!("{key}: a message was published to {n} subscribers."),
    }
}

/// Several events as sentences, neighbours of one kind in one sentence; at most `n_max`, and one
/// more that says how many are left out.
pub fn summary(events: &[Event], n_max: usize) -> Vec<String> {
    let mut sentences = Vec::new();
    let mut rest = events;
    while let Some(first) = rest.first() {
        let n_alike = rest.iter().take_while(|event| are_alike(first, event)).count().max(1);
        let (alike, after) = rest.split_at(n_alike);
        sentences.push(together(alike).unwrap_or_else(|| sentence(first)));
        rest = after;
    }
    let n_more = sentences.len().saturating_sub(n_max);
    if 0 < n_more {
        sentences.truncate(n_max);
        sentences.push(format!("… and {n_more} more changes."));
    }
    sentences
}

fn are_alike(first: &Event, other: &Event) -> bool {
    use EventKind::{Acked, Added, Claimed, Deleted, Delivered};
    first.key == other.key
        && match (&first.kind, &other.kind) {
            (Added { .. }, Added { .. }) | (Deleted { .. }, Deleted { .. }) => true,
            (
                Delivered { group, consumer, how, .. },
                Delivered { group: other_group, consumer: other_consumer, how: other_how, .. },
            ) => group == other_group && consumer == other_consumer && how == other_how,
            (Acked { group, .. }, Acked { group: other_group, .. }) => group == other_group,
            (Claimed { group, to, .. }, Claimed { group: other_group, to: other_to, .. }) => {
                group == other_group && to == other_to
            }
            _ => false,
        }
}

/// One sentence for at least two events that are alike.
fn together(events: &[Event]) -> Option<String> {
    let [first, .., last] = events else { return None };
    let key = text(&first.key);
    let n = events.len();
    let ids = format!("{n} entries ({} to {})", id_of(first)?, id_of(last)?);
    Some(match &first.kind {
        EventKind::Added { .. } => format!("{key}: {ids} were added."),
        EventKind::Deleted { .. } => format!("{key}: {ids} were deleted."),
        EventKind::Delivered { group, consumer, how, .. } => {
            let (group, consumer) = (text(group), text(consumer));
            delivered(&key, &group, &consumer, &ids, 1, *how)
        }
        EventKind::Acked { group, .. } => {
            format!("{key}: {ids} are acknowledged in {}, no longer pending.", text(group))
        }
        EventKind::Claimed { group, to, .. } => {
            format!("{key}: {} took over {ids} in {}.", text(to), text(group))
        }
        _ => return None,
    })
}

fn id_of(event: &Event) -> Option<String> {
    match &event.kind {
        EventKind::Added { id }
        | EventKind::Deleted { id }
        | EventKind::Delivered { id, .. }
        | EventKind::Acked { id, .. }
        | EventKind::Claimed { id, .. } => Some(id.to_string()),
        _ => None,
    }
}

fn delivered(
    key: &str,
    group: &str,
    consumer: &str,
    what: &str,
    count: u64,
    how: Delivery,
) -> String {
    let start = format!("{key}: {what} went to {consumer} in {group}");
    match how {
        Delivery::New => format!("{start}, pending until XACK."),
        Delivery::NoAck => format!("{start} without becoming pending (NOACK)."),
        Delivery::History if count <= 1 => format!("{start} again, from its own pending list."),
        Delivery::History => {
            format!("{start} again, from its own pending list (delivery {count}).")
        }
        Delivery::Again => format!("{start}: the group was moved back (delivery {count})."),
    }
}

fn trimmed(key: &str, first: &str, last: &str, n: u64) -> String {
    match n {
        1 => format!("{key}: entry {first} was trimmed away."),
        n => format!("{key}: {n} entries ({first} to {last}) were trimmed away."),
    }
}

fn loss(why: PendingLoss) -> &'static str {
    match why {
        PendingLoss::DelRef => "DELREF removed every reference to it",
        PendingLoss::EntryGone => "the entry itself is gone",
        PendingLoss::ConsumerDeleted => "its consumer was deleted",
        PendingLoss::GroupDestroyed => "its group was destroyed",
    }
}

fn taking_along(n_pending: u64) -> String {
    match n_pending {
        0 => String::new(),
        1 => ", and with it 1 pending entry".to_owned(),
        n => format!(", and with it {n} pending entries"),
    }
}

/// A binary-safe name for people.
fn text(name: &[u8]) -> String {
    crate::command::tokenize::quoted_if_needed(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::StreamId;

    fn event(kind: EventKind) -> Event {
        Event { at: 0, db: 0, key: b"orders".as_slice().into(), kind }
    }

    fn name(text: &str) -> crate::engine::event::Name {
        text.as_bytes().into()
    }

    fn delivered_to(consumer: &str, ms: u64) -> Event {
        event(EventKind::Delivered {
            group: name("billing"),
            consumer: name(consumer),
            id: StreamId::new(ms, 0),
            count: 1,
            how: Delivery::New,
        })
    }

    #[test]
    fn a_name_that_is_no_plain_word_is_quoted() {
        let consumer = name("<b>\n");
        let event = event(EventKind::ConsumerCreated { group: name("g"), consumer });
        assert_eq!(sentence(&event), "orders: consumer \"<b>\\n\" is new in g.");
    }

    #[test]
    fn neighbours_of_one_kind_become_one_sentence() {
        let events = [delivered_to("alice", 1), delivered_to("alice", 2), delivered_to("bob", 3)];
        let expected = [
            "orders: 2 entries (1-0 to 2-0) went to alice in billing, pending until XACK.",
            "orders: 3-0 went to bob in billing, pending until XACK.",
        ];
        assert_eq!(summary(&events, 10), expected);
        assert_eq!(summary(&events, 1)[1], "… and 1 more changes.");
        assert_eq!(summary(&[], 10), [""; 0]);
    }
}
