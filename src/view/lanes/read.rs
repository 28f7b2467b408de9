//! Reading the picture for one frame from the store.

use std::ops::Range;

use super::follow::text_of;
use super::{GroupLane, Lanes, Service, StreamLane};
use crate::engine::StreamId;
use crate::engine::group::{Consumer, Group, Pending};
use crate::engine::stream::Stream;
use crate::limits::{GROUPS_SHOWN_MAX, LANES_SHOWN_MAX, STREAMS_SHOWN_MAX};
use crate::sim::{ServiceKind, ServiceState, World};
use crate::time::Millis;
use crate::view::camera::Camera;
use crate::view::lod::{COLUMN_PX, Lod};
use crate::view::picture::{
    Cell, CellState, Column, GroupPicture, Health, LanePicture, NOBODY, Picture, ProducerPicture,
    StreamPicture, Token,
};
use crate::view::plan::Plan;
use crate::view::text;

/// What part of the log is looked at.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// Where and how closely.
    pub camera: &'a Camera,
    /// How wide the canvas is.
    pub width: f32,
}

/// One stream while it is read.
struct Reading<'a> {
    lanes: &'a Lanes,
    lane: &'a StreamLane,
    stream: &'a Stream,
    /// The places in view.
    places: Range<u64>,
    lod: Lod,
    first: f64,
    place_px: f32,
    n_columns: usize,
    /// By the server's clock.
    server_now: Millis,
    /// By the world's.
    now: Millis,
}

impl Lanes {
    /// Everything to be drawn.
    pub fn picture(&mut self, world: &World, view: View) -> Picture {
        if self.services_version != self.version {
            self.services_version = self.version;
            self.look_at_services(world);
        }
        self.heal(world);
        let existing = (0..).zip(&self.streams).filter(|(_, lane)| lane.exists);
        let n_existing = existing.clone().count();
        let streams = existing
            .take(STREAMS_SHOWN_MAX)
            .filter_map(|(number, lane)| self.read_stream(world, number, lane, view))
            .collect();
        Picture { streams, n_more_streams: n_existing.saturating_sub(STREAMS_SHOWN_MAX) }
    }

    /// Events may have been dropped, at a hundred times the speed of time: then the places are read
    /// again from the store.
    fn heal(&mut self, world: &World) {
        for number in 0..self.streams.len() as u32 {
            let Some(lane) = self.streams.get(number as usize) else { continue };
            let stream = world.server().store().stream(lane.db, &lane.key).ok().flatten();
            let n_entries = stream.map(Stream::len);
            let n_placed = lane.exists.then(|| lane.places.n_live(0..u64::MAX));
            // With more entries than places, some have none.
            let some_have_none = lane.places.is_full() && n_placed < n_entries;
            if n_entries != n_placed && !some_have_none {
                self.refill(world, number);
            }
        }
    }

    fn read_stream(
        &self,
        world: &World,
        number: u32,
        lane: &StreamLane,
        view: View,
    ) -> Option<StreamPicture> {
        let stream = world.server().store().stream(lane.db, &lane.key).ok().flatten()?;
        let log_width = Plan::log_width(view.width);
        let first = view.camera.first(number);
        let n_visible = view.camera.n_visible(log_width);
        let from = first.floor().max(0.0) as u64;
        let to = (first + n_visible).ceil().max(0.0) as u64 + 1;
        let places = from.max(lane.places.begin())..to.min(lane.places.end());
        let reading = Reading {
            lanes: self,
            lane,
            stream,
            places: places.start..places.end.max(places.start),
            lod: Lod::of(view.camera.place_px),
            first,
            place_px: view.camera.place_px,
            n_columns: (log_width / COLUMN_PX).ceil() as usize,
            server_now: world.server_now(),
            now: world.now(),
        };
        Some(reading.picture(number))
    }

    /// Who writes to a stream: its services, then others who wrote lately.
    fn producers(&self, lane: &StreamLane, now: Millis) -> Vec<ProducerPicture> {
        let writes = |service: &&Service| match service.view.kind {
            ServiceKind::Producer => service.view.stream == lane.key,
            ServiceKind::Stage => service.view.to.as_ref() == Some(&lane.key),
            ServiceKind::Consumer | ServiceKind::Claimer => false,
        };
        let services = self.services.values().filter(writes);
        let mut producers: Vec<ProducerPicture> = services
            .map(|service| ProducerPicture {
                name: service.view.name.to_string(),
                health: health(service.view.state),
            })
            .collect();
        for (name, at) in &lane.writers {
            let lately = now.saturating_sub(*at) < super::WRITER_MS;
            if lately && !producers.iter().any(|known| *known.name == **name) {
                let health = Health::Unknown;
                producers.push(ProducerPicture { name: name.to_string(), health });
            }
        }
        producers
    }
}

impl Reading<'_> {
    fn picture(&self, number: u32) -> StreamPicture {
        let (lane, key) = (self.lane, text::lossy(&self.lane.key));
        let title = if lane.db == 0 { key } else { format!("{key} (db {})", lane.db) };
        let dense = self.lod == Lod::Density;
        let groups = self.stream.groups();
        let n_groups = self.stream.n_groups();
        StreamPicture {
            stream: number,
            title,
            n_entries: self.stream.len(),
            n_unplaced: match lane.places.is_full() {
                true => self.stream.len().saturating_sub(lane.places.n_live(0..u64::MAX)),
                false => 0,
            },
            n_places: lane.places.end(),
            first_place: lane.places.first_live(),
            is_dead_letters: lane.is_dead_letters,
            producers: self.lanes.producers(lane, self.now),
            cells: if dense { Vec::new() } else { self.cells() },
            columns: if dense { self.columns() } else { Vec::new() },
            groups: groups.take(GROUPS_SHOWN_MAX).filter_map(|group| self.group(group)).collect(),
            n_more_groups: n_groups.saturating_sub(GROUPS_SHOWN_MAX),
        }
    }

    fn cells(&self) -> Vec<Cell> {
        let cells = self.places.clone().filter_map(|place| {
            let (id, gone) = self.lane.places.get(place)?;
            let text = if gone || self.lod < Lod::Labels {
                String::new()
            } else {
                text_of(self.stream, id)
            };
            Some(Cell { place, id, text, gone })
        });
        cells.collect()
    }

    /// The places behind the pixels of a column.
    fn column(&self, idx: usize) -> Range<u64> {
        let per_column = f64::from(COLUMN_PX / self.place_px);
        let edge = |idx: usize| (self.first + idx as f64 * per_column).max(0.0) as u64;
        let places = &self.lane.places;
        edge(idx).clamp(places.begin(), places.end())
            ..edge(idx + 1).clamp(places.begin(), places.end())
    }

    fn columns(&self) -> Vec<Column> {
        let columns = (0..self.n_columns).map(|idx| {
            let range = self.column(idx);
            let n_places = (range.end - range.start) as u32;
            Column { n_live: self.lane.places.n_live(range) as u32, n_places }
        });
        columns.collect()
    }

    fn group(&self, group: &Group) -> Option<GroupPicture> {
        let position = self.lane.groups.iter().position(|known| known.name == *group.name());
        let (number, known) = (position? as u32, self.lane.groups.get(position?)?);
        let places = &self.lane.places;
        let marker = places.behind(group.last_id());
        let dense = self.lod == Lod::Density;
        let lanes = self.lanes(group, known);
        let mut columns = vec![0_u32; if dense { self.n_columns } else { 0 }];
        for lane in &lanes {
            for (sum, n) in columns.iter_mut().zip(&lane.columns) {
                *sum = sum.saturating_add(*n);
            }
        }
        Some(GroupPicture {
            group: number,
            name: text::lossy(group.name()),
            last_delivered_id: group.last_id(),
            marker,
            lag: Some(places.n_live(marker..u64::MAX)),
            n_pending: group.n_pending(),
            cells: if dense { Vec::new() } else { self.cell_states(group, known) },
            columns,
            n_more_lanes: group.n_consumers().saturating_sub(LANES_SHOWN_MAX),
            lanes,
        })
    }

    fn cell_states(&self, group: &Group, known: &GroupLane) -> Vec<CellState> {
        let states = self.places.clone().filter_map(|place| {
            let (id, gone) = self.lane.places.get(place)?;
            let state = if group.pending(id).is_some() {
                CellState::Pending
            } else if gone {
                CellState::Gone
            } else if group.last_id() < id {
                CellState::NotYet
            } else if known.has_skipped(id) {
                CellState::Skipped
            } else {
                CellState::Done
            };
            Some(state)
        });
        states.collect()
    }

    fn lanes(&self, group: &Group, known: &GroupLane) -> Vec<LanePicture> {
        let mut lanes = Vec::new();
        if 0 < group.n_nacked() {
            let nacked = group.pending_by_time().take_while(|one| one.consumer.is_none());
            let mut lane = self.lane_of(known, NOBODY, "", group.n_nacked(), nacked);
            lane.health = Health::Unknown;
            lanes.push(lane);
        }
        for consumer in group.consumers().take(LANES_SHOWN_MAX) {
            let number = known.consumers.iter().position(|name| name == consumer.name());
            let number = number.map_or(NOBODY - 1, |number| number as u32);
            let name = text::lossy(consumer.name());
            let pending = self.pending_in_view(group, consumer);
            let n_pending = consumer.n_pending();
            let mut lane = self.lane_of(known, number, &name, n_pending, pending);
            lane.n_left = match self.lane.places.get(self.places.start) {
                Some((first, _)) if 0 < n_pending => first.prev().map_or(0, |last| {
                    group.pending_of(consumer, StreamId::MIN, last).count() as u64
                }),
                _ => 0,
            };
            let n_in_view = lane.tokens.len() as u64 + sum(&lane.columns);
            lane.n_right = n_pending.saturating_sub(n_in_view + lane.n_left);
            lanes.push(lane);
        }
        lanes
    }

    fn pending_in_view<'b>(
        &self,
        group: &'b Group,
        consumer: &'b Consumer,
    ) -> impl Iterator<Item = Pending<'b>> + use<'b> {
        let id_at = |place: u64| self.lane.places.get(place).map(|(id, _)| id);
        let first = id_at(self.places.start);
        let last = self.places.end.checked_sub(1).and_then(id_at);
        let range = first.zip(last).filter(|_| !self.places.is_empty());
        range.into_iter().flat_map(move |(first, last)| group.pending_of(consumer, first, last))
    }

    fn lane_of<'b>(
        &self,
        known: &GroupLane,
        consumer: u32,
        name: &str,
        n_pending: u64,
        pending: impl Iterator<Item = Pending<'b>>,
    ) -> LanePicture {
        let service = self.lanes.services.get(name);
        let mut lane = LanePicture {
            consumer,
            name: name.to_owned(),
            health: service.map_or(Health::Unknown, |service| health(service.view.state)),
            n_pending,
            ..LanePicture::default()
        };
        if self.lod == Lod::Density {
            lane.columns = vec![0; self.n_columns];
        }
        for one in pending {
            let Some(place) = self.lane.places.place_of(one.id) else { continue };
            if self.lod == Lod::Density {
                let from_left = (place as f64 - self.first) * f64::from(self.place_px / COLUMN_PX);
                if let Some(n) = lane.columns.get_mut(from_left.max(0.0) as usize) {
                    *n += 1;
                }
            } else if self.places.contains(&place) {
                lane.tokens.push(self.token(known, &one, place, service));
            }
        }
        lane
    }

    fn token(
        &self,
        known: &GroupLane,
        one: &Pending,
        place: u64,
        service: Option<&Service>,
    ) -> Token {
        let work = service.and_then(|service| match service.view.state {
            ServiceState::Working { entry, until } if entry == one.id => {
                let total_ms = until.saturating_sub(service.since).max(1);
                let done_ms = self.now.saturating_sub(service.since).min(total_ms);
                Some((done_ms * 1_000 / total_ms) as u16)
            }
            _ => None,
        });
        Token {
            place,
            id: one.id,
            n_deliveries: one.delivery_count,
            idle_ms: one.idle(self.server_now).unwrap_or(0),
            dangling: self.lane.places.get(place).is_none_or(|(_, gone)| gone),
            failed: known.failed.contains(&one.id),
            work_permille: work,
        }
    }
}

fn sum(columns: &[u32]) -> u64 {
    columns.iter().map(|n| u64::from(*n)).sum()
}

/// What a service's state means for who looks at it.
pub(super) fn health(state: ServiceState) -> Health {
    match state {
        ServiceState::Idle => Health::Idle,
        ServiceState::Waiting => Health::Waiting,
        ServiceState::Working { .. } => Health::Working,
        ServiceState::Frozen { .. } => Health::Frozen,
        ServiceState::Stopping => Health::Stopping,
        ServiceState::Stopped => Health::Stopped,
        ServiceState::Crashed => Health::Crashed,
    }
}
