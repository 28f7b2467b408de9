//! What is said about the thing under the pointer.

use super::Lanes;
use crate::engine::StreamId;
use crate::engine::event::Name;
use crate::engine::stream::Stream;
use crate::sim::World;
use crate::view::hit::Target;
use crate::view::picture::NOBODY;
use crate::view::text;

impl Lanes {
    /// A few lines about a target; `None` for what speaks for itself.
    pub fn tip(&self, world: &World, target: Target) -> Option<String> {
        let number = target.stream();
        let (db, key) = self.key(number)?;
        let stream = world.server().store().stream(db, key).ok().flatten()?;
        match target {
            Target::Entry { id, .. } => Some(entry(stream, id)),
            Target::Pending { group, consumer, id, .. } => {
                let group = self.group_name(number, group)?;
                let owner = self.owner(number, target, consumer);
                pending(world, stream, group, &owner, id)
            }
            Target::Lane { group, consumer, .. } => {
                let name = self.group_name(number, group)?;
                let owner = self.owner(number, target, consumer);
                let known = stream.group(name)?.consumer(owner.as_bytes());
                let n_pending = known.map_or(0, |consumer| consumer.n_pending());
                Some(text::tip_lane(&owner, &text::lossy(name), self.health(&owner), n_pending))
            }
            Target::Marker { group, .. } => {
                let name = self.group_name(number, group)?;
                let last = stream.group(name)?.last_id();
                Some(text::tip_marker(&text::lossy(name), last))
            }
            Target::Beyond { .. } | Target::Log { .. } => None,
        }
    }

    fn owner(&self, number: u32, target: Target, consumer: u32) -> String {
        let group = match target {
            Target::Pending { group, .. } | Target::Lane { group, .. } => group,
            _ => return String::new(),
        };
        if consumer == NOBODY {
            return text::NOBODY.to_owned();
        }
        let name = self.consumer_name(number, group, consumer);
        name.map(|name| text::lossy(name)).unwrap_or_default()
    }
}

fn entry(stream: &Stream, id: StreamId) -> String {
    let mut lines = vec![id.to_string()];
    match stream.get(id) {
        Some(entry) => {
            let fields = entry.fields().take(6);
            lines.extend(fields.map(|(name, value)| {
                let value = value.get(..60).unwrap_or(value);
                format!("{}: {}", text::lossy(name), text::lossy(value))
            }));
        }
        None => lines.push(text::TIP_GONE.to_owned()),
    }
    for group in stream.groups().take(6) {
        let name = text::lossy(group.name());
        let owner = group.pending(id).map(|one| {
            one.consumer.map_or(text::NOBODY.to_owned(), |consumer| text::lossy(consumer.name()))
        });
        lines.push(text::tip_in_group(&name, owner.as_deref(), group.last_id() < id));
    }
    lines.join("\n")
}

fn pending(
    world: &World,
    stream: &Stream,
    group: &Name,
    owner: &str,
    id: StreamId,
) -> Option<String> {
    let one = stream.group(group)?.pending(id)?;
    let idle_ms = one.idle(world.server_now());
    let label = format!("{id} {}", super::text_of(stream, id));
    let exists = stream.contains(id);
    Some(text::tip_pending(&label, owner, one.delivery_count, idle_ms, exists))
}
