//! What there is in a world, in the shape of `StreamlanesSnapshot`.

use serde::Serialize;

use super::dto::{Id, Number, Text};
use super::since_start;
use crate::engine::value::Value;
use crate::engine::{Group, Store, Stream};
use crate::sim::Session;

#[derive(Serialize)]
pub(super) struct Snapshot<'a> {
    now: f64,
    end: f64,
    profile: &'static str,
    keys: Vec<Key<'a>>,
    clients: Vec<Client>,
    services: Vec<Service>,
}

#[derive(Serialize)]
struct Key<'a> {
    db: u32,
    key: Text<'a>,
    r#type: &'static str,
    #[serde(flatten)]
    stream: Option<StreamPart<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct StreamPart<'a> {
    length: Number,
    last_id: Id,
    groups: Vec<GroupPart<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct GroupPart<'a> {
    name: Text<'a>,
    last_delivered_id: Id,
    pending: Number,
    consumers: Vec<Consumer<'a>>,
}

#[derive(Serialize)]
struct Consumer<'a> {
    name: Text<'a>,
    pending: Number,
}

#[derive(Serialize)]
struct Client {
    name: String,
    id: Option<Number>,
    service: bool,
    waiting: bool,
}

#[derive(Serialize)]
struct Service {
    name: String,
    kind: &'static str,
    stream: String,
    options: String,
    sent: Number,
    received: Number,
    done: Number,
    failed: Number,
}

impl Snapshot<'_> {
    /// The world of a session.
    pub(super) fn of(session: &Session) -> Snapshot<'_> {
        let world = session.world();
        let store = world.server().store();
        let clients = world.clients().map(|client| Client {
            name: client.name.to_string(),
            id: client.id.map(Number),
            service: client.is_service,
            waiting: client.waiting.is_some(),
        });
        let services = world.services().map(|service| Service {
            name: service.name.to_string(),
            kind: service.kind.name(),
            stream: String::from_utf8_lossy(&service.stream).into_owned(),
            options: service.options,
            sent: Number(service.n_sent),
            received: Number(service.n_received),
            done: Number(service.n_done),
            failed: Number(service.n_failed),
        });
        Snapshot {
            now: since_start(session.now()),
            end: since_start(session.end()),
            profile: session.profile().name(),
            keys: (0..Store::N_DBS).flat_map(|db| keys(store, db)).collect(),
            clients: clients.collect(),
            services: services.collect(),
        }
    }
}

fn keys(store: &Store, db: u32) -> impl Iterator<Item = Key<'_>> {
    store.db(db).entries().map(move |(key, entry)| Key {
        db,
        key: Text(key),
        r#type: entry.value.type_name(),
        stream: match &entry.value {
            Value::Stream(stream) => Some(StreamPart::of(stream)),
            _ => None,
        },
    })
}

impl StreamPart<'_> {
    fn of(stream: &Stream) -> StreamPart<'_> {
        StreamPart {
            length: Number(stream.len()),
            last_id: Id(stream.last_id()),
            groups: stream.groups().map(GroupPart::of).collect(),
        }
    }
}

impl GroupPart<'_> {
    fn of(group: &Group) -> GroupPart<'_> {
        let consumers = group.consumers().map(|consumer| Consumer {
            name: Text(consumer.name()),
            pending: Number(consumer.n_pending()),
        });
        GroupPart {
            name: Text(group.name()),
            last_delivered_id: Id(group.last_id()),
            pending: Number(group.n_pending()),
            consumers: consumers.collect(),
        }
    }
}
