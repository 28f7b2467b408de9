//! Where everything goes: the picture's rows, and the place of an entry in pixels.

use super::camera::Camera;
use super::lod::Lod;
use super::picture::{GroupPicture, Picture, StreamPicture};
use crate::view::within;

/// Heights and widths, in pixels.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Measures {
    /// The column of names.
    pub gutter: f32,
    /// The row of those who write.
    pub producers: f32,
    /// The row of times over the log.
    pub axis: f32,
    /// The log.
    pub log: f32,
    /// A group's row with its marker's flag.
    pub flag: f32,
    /// A consumer's lane.
    pub lane: f32,
    /// The row where acknowledged entries end.
    pub done: f32,
    /// Between bands, and at the edges.
    pub gap: f32,
}

impl Measures {
    /// What suits a width. `room` says how much of the room that rows like to have there is: 0 is
    /// the least with which they can be read, 1 all of it.
    fn of(width_px: f32, room: f32) -> Measures {
        let between = |least: f32, most: f32| (least + (most - least) * room).floor();
        Measures {
            gutter: Measures::gutter(width_px),
            producers: between(26.0, 30.0),
            axis: between(15.0, 16.0),
            log: between(38.0, 40.0),
            flag: between(20.0, 24.0),
            lane: between(24.0, 34.0),
            done: between(16.0, 22.0),
            gap: between(6.0, 10.0),
        }
    }

    /// The column of names. On a phone it still has room for `billing-1` and how much is pending.
    fn gutter(width_px: f32) -> f32 {
        if width_px < 520.0 { 122.0 } else { 142.0 }
    }
}

/// The rows of a whole picture.
#[derive(Clone, PartialEq, Debug)]
pub struct Plan {
    /// Heights and widths.
    pub measures: Measures,
    /// How wide the canvas is.
    pub width: f32,
    /// How wide a place is.
    pub place_px: f32,
    /// How much detail a place gets.
    pub lod: Lod,
    /// One for each stream of the picture, in its order.
    pub streams: Vec<StreamPlan>,
    /// How high all of it is.
    pub content_height: f32,
}

/// The rows of a stream; `y`s are tops.
#[derive(Clone, PartialEq, Debug)]
pub struct StreamPlan {
    /// Its number.
    pub stream: u32,
    /// The row of those who write.
    pub producers_y: f32,
    /// The row of times.
    pub axis_y: f32,
    /// The log.
    pub log_y: f32,
    /// One for each group, in the picture's order.
    pub groups: Vec<GroupPlan>,
    /// Below its last row.
    pub bottom: f32,
    /// The place at the left edge.
    pub first: f64,
}

/// The rows of a group.
#[derive(Clone, PartialEq, Debug)]
pub struct GroupPlan {
    /// Its number in its stream.
    pub group: u32,
    /// The row with the flag; the band begins here.
    pub flag_y: f32,
    /// The first lane.
    pub lanes_y: f32,
    /// The consumers' numbers, from the top.
    pub lanes: Vec<u32>,
    /// The row where acknowledged entries end.
    pub done_y: f32,
    /// Below its last row.
    pub bottom: f32,
}

impl Plan {
    /// The rows of a picture in a width and a height, scrolled down by `scroll_y`. They are as
    /// roomy as they can be with all of them in view.
    pub fn new(
        picture: &Picture,
        camera: &Camera,
        [width, height]: [f32; 2],
        scroll_y: f32,
    ) -> Plan {
        let with = |room| Plan::with(Measures::of(width, room), picture, camera, width, scroll_y);
        let roomy = with(1.0);
        if roomy.content_height <= height {
            return roomy;
        }
        let low = with(0.0);
        let spare = (height - low.content_height) / (roomy.content_height - low.content_height);
        if spare <= 0.0 { low } else { with(spare.min(1.0)) }
    }

    fn with(
        measures: Measures,
        picture: &Picture,
        camera: &Camera,
        width: f32,
        scroll_y: f32,
    ) -> Plan {
        let mut y = measures.gap - scroll_y;
        let mut streams = Vec::new();
        for stream in &picture.streams {
            let plan = plan_stream(stream, &measures, camera, y);
            y = plan.bottom + 2.0 * measures.gap;
            streams.push(plan);
        }
        if 0 < picture.n_more_streams {
            y += measures.lane;
        }
        let lod = Lod::of(camera.place_px);
        let content_height = (y + scroll_y).ceil();
        Plan { measures, width, place_px: camera.place_px, lod, streams, content_height }
    }

    /// How wide the log is, in pixels.
    pub fn log_width(width: f32) -> f32 {
        (width - Measures::gutter(width)).max(1.0)
    }

    /// The rows of a stream.
    pub fn stream(&self, stream: u32) -> Option<&StreamPlan> {
        self.streams.iter().find(|plan| plan.stream == stream)
    }

    /// The middle of a place, in pixels; `place` may have a fraction.
    pub fn place_x(&self, stream: &StreamPlan, place: f64) -> f32 {
        let from_left = (place + 0.5 - stream.first) * f64::from(self.place_px);
        // Far outside it does not matter where; this keeps it where pixels are still exact.
        self.measures.gutter + within(from_left, -20_000.0, 40_000.0) as f32
    }

    /// The middle of a consumer's lane.
    pub fn lane_y(&self, group: &GroupPlan, consumer: u32) -> f32 {
        let row = group.lanes.iter().position(|lane| *lane == consumer).unwrap_or(0);
        group.lanes_y + (row as f32 + 0.5) * self.measures.lane
    }
}

impl StreamPlan {
    /// The rows of a group.
    pub fn group(&self, group: u32) -> Option<&GroupPlan> {
        self.groups.iter().find(|plan| plan.group == group)
    }
}

fn plan_stream(
    stream: &StreamPicture,
    measures: &Measures,
    camera: &Camera,
    top: f32,
) -> StreamPlan {
    let axis_y = top + if stream.producers.is_empty() { 0.0 } else { measures.producers };
    let log_y = axis_y + measures.axis;
    let mut bottom = log_y + measures.log;
    let mut groups = Vec::new();
    for group in &stream.groups {
        let plan = plan_group(group, measures, bottom + measures.gap);
        bottom = plan.bottom;
        groups.push(plan);
    }
    // A row to say that there is no group, or what is beyond a limit.
    if groups.is_empty() || stream.is_cut() {
        bottom += measures.lane;
    }
    let first = camera.first(stream.stream);
    StreamPlan { stream: stream.stream, producers_y: top, axis_y, log_y, groups, bottom, first }
}

fn plan_group(group: &GroupPicture, measures: &Measures, top: f32) -> GroupPlan {
    let lanes: Vec<u32> = group.lanes.iter().map(|lane| lane.consumer).collect();
    let lanes_y = top + measures.flag;
    // A group that nobody reads keeps a row to say so; so do lanes beyond the limit.
    let n_extra = usize::from(lanes.is_empty() || 0 < group.n_more_lanes);
    let done_y = lanes_y + measures.lane * (lanes.len() + n_extra) as f32;
    let bottom = done_y + measures.done;
    GroupPlan { group: group.group, flag_y: top, lanes_y, lanes, done_y, bottom }
}
