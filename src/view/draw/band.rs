//! A group: its marker, its lag, a lane for each consumer, and the row of what is done.

use super::log::health;
use super::{Align, Band, Brush, CellState, Font, Label, Layer, Paint, Pen, Plan, Scene, lag_span};
use crate::view::hit::{Spot, Target};
use crate::view::lod::{COLUMN_PX, Lod};
use crate::view::picture::{Health, LanePicture, NOBODY, Token};
use crate::view::scene::Form;
use crate::view::text;
use crate::view::tween::Mover;
use crate::view::within;

/// How long an entry must lie untouched until its ring is full.
const IDLE_RING_FULL_MS: u64 = 60_000;

/// Draws a group; its marker stands before place `marker`.
pub(super) fn draw(pen: &Pen, band: &Band, marker: f64, scene: &mut Scene) {
    let rows = band.group_plan;
    if !pen.is_in_view(rows.flag_y, rows.bottom - rows.flag_y) {
        return;
    }
    ground(pen, band, marker, scene);
    let mut is_explained = false;
    for (row, lane) in band.group.lanes.iter().enumerate() {
        is_explained |= draw_lane(pen, band, lane, row, is_explained, scene);
    }
    done(pen, band, scene);
    draw_marker(pen, band, marker, scene);
    names(pen, band, scene);
}

fn ground(pen: &Pen, band: &Band, marker: f64, scene: &mut Scene) {
    let (plan, rows) = (pen.plan, band.group_plan);
    let gutter = plan.measures.gutter;
    let height = rows.bottom - rows.flag_y;
    let area = [gutter, rows.flag_y, plan.width - gutter, height];
    scene.rect(Brush::fill(Layer::Ground, Paint::Band), area, 0.0);
    let divider = Form::Line { dx: plan.width - gutter, dy: 0.0 };
    for row in 0..=rows.lanes.len() {
        let y = rows.lanes_y + row as f32 * plan.measures.lane;
        scene.shape(Brush::stroke(Layer::Ground, Paint::Line, 2), gutter, y, divider);
    }
    if let Some([from, to]) = lag_span(plan, band.stream, band.stream_plan, marker) {
        let area = [from, rows.flag_y, to - from, height];
        scene.rect(Brush::fill(Layer::Ground, Paint::NewSoft).faded(120), area, 0.0);
        let form = Form::Hatch { w: to - from, h: height };
        let brush = Brush::stroke(Layer::Ground, Paint::New, 2).faded(110);
        scene.shape(brush, from, rows.flag_y, form);
    }
}

/// The line from the log down through the band, and its flag.
fn draw_marker(pen: &Pen, band: &Band, marker: f64, scene: &mut Scene) {
    let (plan, rows) = (pen.plan, band.group_plan);
    let gutter = plan.measures.gutter;
    let true_x = plan.place_x(band.stream_plan, marker - 0.5);
    let x = within(true_x, gutter + 1.0, plan.width - 2.0);
    let log_y = band.stream_plan.log_y;
    let near = Brush::fill(Layer::Marker, Paint::Marker);
    scene.rect(near, [x - 1.25, log_y - 2.0, 2.5, plan.measures.log + 4.0], 1.0);
    let log_bottom = log_y + plan.measures.log;
    scene.shape(near, x, log_bottom + 4.0, Form::Triangle { r: 4.5 });
    let through = Form::Line { dx: 0.0, dy: rows.flag_y - log_bottom };
    scene.shape(Brush::dash(Layer::Ground, Paint::Marker, 2), x, log_bottom, through);
    scene.rect(near, [x - 1.25, rows.flag_y, 2.5, rows.bottom - rows.flag_y], 1.0);
    let flag_end = flag(pen, band, x, scene);
    lag_text(pen, band, flag_end.max(x), scene);
}

/// The id beside the marker; returns where it ends.
fn flag(pen: &Pen, band: &Band, x: f32, scene: &mut Scene) -> f32 {
    let (plan, rows) = (pen.plan, band.group_plan);
    let gutter = plan.measures.gutter;
    let id = text::short_id(band.group.last_delivered_id);
    let long = format!("{} {id}", text::LAST_DELIVERED);
    let w_of = |text: &str| text.chars().count() as f32 * Font::Mono.letter_px() + 12.0;
    let (left_room, right_room) = (x - gutter - 4.0, plan.width - x - 4.0);
    let text = if w_of(&long) < left_room.max(right_room) { long } else { id };
    let w = w_of(&text);
    let left = if w < left_room { x - w } else { x };
    let middle = rows.flag_y + plan.measures.flag / 2.0;
    let area = [left, middle - 9.0, w, 18.0];
    scene.rect(Brush::fill(Layer::Marker, Paint::Marker), area, 3.0);
    let (layer, paint, font) = (Layer::MarkerDetail, Paint::OnMarker, Font::Mono);
    let (x, y) = (left + w / 2.0, middle);
    let label = Label { layer, paint, font, align: Align::Centre, alpha: 255, x, y, text };
    scene.label(label, w);
    let (stream, group) = (band.stream.stream, band.group.group);
    scene.spots.push(Spot { area, target: Target::Marker { stream, group } });
    left + w
}

/// How many wait, where there is room behind the flag.
fn lag_text(pen: &Pen, band: &Band, from: f32, scene: &mut Scene) {
    let Some(lag) = band.group.lag.filter(|lag| 0 < *lag) else { return };
    let plan = pen.plan;
    let y = band.group_plan.flag_y + plan.measures.flag / 2.0;
    let long = text::lag_long(lag);
    let short = text::lag_short(lag);
    let width = |text: &str| text.chars().count() as f32 * Font::Note.letter_px();
    let right_room = plan.width - from - 12.0;
    let text = if width(&long) < right_room { long } else { short };
    let (align, x) = if width(&text) < right_room {
        (Align::Left, from + 8.0)
    } else {
        (Align::Right, plan.width - 6.0)
    };
    let room = right_room.max(60.0);
    let ground = [if align == Align::Left { x - 3.0 } else { x - width(&text) - 3.0 }, y - 8.0];
    let area = [ground[0], ground[1], width(&text) + 6.0, 16.0];
    scene.rect(Brush::fill(Layer::Rest, Paint::Band), area, 3.0);
    pen.note(scene, [x, y], align, Paint::NewInk, &text, room);
}

/// Draws a lane; returns whether it says what pending means (`is_explained`: another one does).
fn draw_lane(
    pen: &Pen,
    band: &Band,
    lane: &LanePicture,
    row: usize,
    is_explained: bool,
    scene: &mut Scene,
) -> bool {
    let (plan, rows) = (pen.plan, band.group_plan);
    let top = rows.lanes_y + row as f32 * plan.measures.lane;
    let middle = top + plan.measures.lane / 2.0;
    let gutter = plan.measures.gutter;
    if !pen.is_in_view(top, plan.measures.lane) {
        return false;
    }
    let (stream, group, consumer) = (band.stream.stream, band.group.group, lane.consumer);
    let target = Target::Lane { stream, group, consumer };
    let area = [0.0, top, plan.width, plan.measures.lane];
    scene.spots.push(Spot { area, target });
    let ground = [gutter, top + 1.0, plan.width - gutter, plan.measures.lane - 2.0];
    if matches!(lane.health, Health::Crashed | Health::Frozen) {
        scene.rect(Brush::fill(Layer::Ground, Paint::FaultSoft), ground, 0.0);
    }
    if pen.is_pointed_at(target) {
        scene.rect(Brush::fill(Layer::Glow, Paint::Accent).faded(30), ground, 0.0);
    }
    if plan.lod == Lod::Density {
        for (idx, n_pending) in lane.columns.iter().enumerate().filter(|(_, n)| 0 < **n) {
            let h = (4.0 + (*n_pending as f32).sqrt() * 3.0).min(plan.measures.lane - 6.0);
            let x = gutter + idx as f32 * COLUMN_PX;
            let area = [x, middle - h / 2.0, COLUMN_PX, h];
            scene.rect(Brush::fill(Layer::Rest, Paint::Pending), area, 0.0);
        }
    }
    let resting = pen.held.resting(stream, group, consumer);
    let mut leftmost = resting.leftmost;
    for token in &lane.tokens {
        let mover = Mover { stream, group, id: token.id };
        if pen.held.state(mover).is_none() {
            draw_token(pen, band, consumer, token, middle, scene);
            leftmost = leftmost.min(token.place);
        }
    }
    beyond(pen, lane, middle, scene);
    if leftmost == u64::MAX || plan.lod != Lod::Labels || 0 < lane.n_left {
        return false;
    }
    let right = plan.place_x(band.stream_plan, leftmost as f64) - token_radius(plan) - 8.0;
    let room = right - gutter - 4.0;
    let fits = |text: &str| text.len() as f32 * Font::Note.letter_px() <= room;
    let explains = !is_explained && fits(text::PENDING_LONG);
    let text = if explains { text::PENDING_LONG } else { text::PENDING };
    if fits(text) {
        pen.note(scene, [right, middle], Align::Right, Paint::PendingInk, text, room);
    }
    explains
}

/// Entries outside the view are not forgotten: a count at the edge.
fn beyond(pen: &Pen, lane: &LanePicture, y: f32, scene: &mut Scene) {
    let plan = pen.plan;
    let mut count = |n: u64, left: bool| {
        if n == 0 {
            return;
        }
        let text = if left { format!("‹ {n}") } else { format!("{n} ›") };
        let w = text.chars().count() as f32 * Font::Badge.letter_px() + 12.0;
        let x = if left { plan.measures.gutter + 3.0 } else { plan.width - w - 3.0 };
        let area = [x, y - 9.0, w, 18.0];
        scene.rect(Brush::fill(Layer::Marker, Paint::PendingSoft), area, 9.0);
        scene.rect(Brush::stroke(Layer::Marker, Paint::Pending, 3), area, 9.0);
        let (layer, paint, font) = (Layer::MarkerDetail, Paint::PendingInk, Font::Badge);
        let x = x + w / 2.0;
        let label = Label { layer, paint, font, align: Align::Centre, alpha: 255, x, y, text };
        scene.label(label, w);
    };
    count(lane.n_left, true);
    count(lane.n_right, false);
}

fn draw_token(pen: &Pen, band: &Band, consumer: u32, token: &Token, y: f32, scene: &mut Scene) {
    let plan = pen.plan;
    let x = plan.place_x(band.stream_plan, token.place as f64);
    let (stream, group) = (band.stream.stream, band.group.group);
    if plan.lod == Lod::Bars {
        let w = (plan.place_px - 1.0).max(1.5);
        let area = [x - w / 2.0, y - 8.0, w, 16.0];
        scene.rect(Brush::fill(Layer::Rest, Paint::Pending), area, w / 2.0);
        return;
    }
    let r = token_radius(plan);
    let target = Target::Pending { stream, group, consumer, id: token.id };
    scene.spots.push(Spot { area: [x - r, y - r, 2.0 * r, 2.0 * r], target });
    if pen.is_pointed_at(target) {
        let glow = Brush::stroke(Layer::Glow, Paint::Accent, 6);
        scene.shape(glow, x, y, Form::Circle { r: r + 6.0 });
    }
    let body = Form::Circle { r };
    if token.dangling {
        scene.shape(Brush::fill(Layer::Rest, Paint::Surface), x, y, body);
        scene.shape(Brush::dash(Layer::Rest, Paint::Gone, 4), x, y, body);
    } else {
        scene.shape(Brush::fill(Layer::Rest, Paint::PendingSoft), x, y, body);
        scene.shape(Brush::stroke(Layer::Detail, Paint::Pending, 4), x, y, body);
    }
    if let Some(permille) = token.work_permille {
        let pie = Form::Pie { r: r - 2.0, permille };
        scene.shape(Brush::fill(Layer::Detail, Paint::Pending), x, y, pie);
    }
    if token.failed {
        let cross = Form::Cross { r: r * 0.45 };
        scene.shape(Brush::stroke(Layer::Detail, Paint::Fault, 4), x, y, cross);
    }
    idle_ring(token.idle_ms, [x, y], r + 3.5, scene);
    if 1 < token.n_deliveries {
        badge(token.n_deliveries, x + r * 0.85, y - r * 0.8, scene);
    }
}

/// The radius of a token.
pub(super) fn token_radius(plan: &Plan) -> f32 {
    within(plan.place_px / 2.0 - 5.0, 3.0, plan.measures.lane * 0.3)
}

/// A ring that closes the longer nobody touches the entry; doubling the time adds the same piece.
fn idle_ring(idle_ms: u64, [x, y]: [f32; 2], r: f32, scene: &mut Scene) {
    let permille = ring_permille(idle_ms);
    if permille < 60 {
        return;
    }
    let paint = if 1_000 <= permille { Paint::Fault } else { Paint::PendingInk };
    scene.shape(Brush::stroke(Layer::Detail, paint, 4), x, y, Form::Arc { r, permille });
}

/// How much of the ring is closed: logarithmic, full after a minute.
fn ring_permille(idle_ms: u64) -> u16 {
    let full = (IDLE_RING_FULL_MS as f32 / 250.0).ln_1p();
    let part = (idle_ms as f32 / 250.0).ln_1p() / full;
    (part.min(1.0) * 1_000.0).round() as u16
}

/// How often it was delivered.
fn badge(n_deliveries: u64, x: f32, y: f32, scene: &mut Scene) {
    let text = if 99 < n_deliveries { "99+".to_owned() } else { n_deliveries.to_string() };
    let w = (text.len() as f32 * Font::Badge.letter_px() + 7.0).max(14.0);
    let area = [x - w / 2.0, y - 7.0, w, 14.0];
    scene.rect(Brush::fill(Layer::Marker, Paint::Marker), area, 7.0);
    let (layer, paint, font) = (Layer::MarkerDetail, Paint::OnMarker, Font::Badge);
    let label = Label { layer, paint, font, align: Align::Centre, alpha: 255, x, y, text };
    scene.label(label, w + 4.0);
}

/// The row where acknowledged entries end: a check under each.
fn done(pen: &Pen, band: &Band, scene: &mut Scene) {
    let plan = pen.plan;
    let y = band.group_plan.done_y + plan.measures.done / 2.0;
    if plan.lod == Lod::Density {
        return;
    }
    for (cell, state) in band.stream.cells.iter().zip(&band.group.cells) {
        let x = plan.place_x(band.stream_plan, cell.place as f64);
        if x < plan.measures.gutter || plan.width < x {
            continue;
        }
        match pen.state(band.stream.stream, band.group.group, cell, *state) {
            CellState::Done if plan.lod == Lod::Bars => {
                let w = (plan.place_px - 1.0).max(1.5);
                let area = [x - w / 2.0, y - 4.0, w, 8.0];
                scene.rect(Brush::fill(Layer::Rest, Paint::Acked), area, 0.0);
            }
            CellState::Done => {
                let check = Brush::stroke(Layer::Rest, Paint::Acked, 4);
                scene.shape(check, x, y, Form::Check { r: 5.0 });
            }
            CellState::Skipped if Lod::Glyphs <= plan.lod => {
                let dash = Form::Line { dx: 8.0, dy: 0.0 };
                scene.shape(Brush::stroke(Layer::Rest, Paint::Gone, 3), x - 4.0, y, dash);
            }
            _ => {}
        }
    }
}

fn names(pen: &Pen, band: &Band, scene: &mut Scene) {
    let (plan, rows, group) = (pen.plan, band.group_plan, band.group);
    pen.gutter(scene, rows.flag_y, rows.bottom - rows.flag_y, Paint::Band);
    let side = [0.0, rows.flag_y, 4.0, rows.bottom - rows.flag_y];
    scene.rect(Brush::fill(Layer::GutterDetail, Paint::LineStrong), side, 0.0);
    let y = rows.flag_y + plan.measures.flag / 2.0;
    pen.name(scene, y, Font::Name, Paint::Ink, group.name.clone(), 2.0);
    pen.kind(scene, y, text::GROUP, &group.name);
    for (row, lane) in group.lanes.iter().enumerate() {
        let y = rows.lanes_y + (row as f32 + 0.5) * plan.measures.lane;
        lane_name(pen, band, lane, y, scene);
    }
    let y = rows.lanes_y + (group.lanes.len() as f32 + 0.5) * plan.measures.lane;
    if group.lanes.is_empty() {
        pen.name(scene, y, Font::Note, Paint::InkSoft, text::NO_CONSUMER.to_owned(), 18.0);
    } else if 0 < group.n_more_lanes {
        let note = text::n_more(group.n_more_lanes);
        pen.name(scene, y, Font::Note, Paint::InkSoft, note, 18.0);
    }
    let y = rows.done_y + plan.measures.done / 2.0;
    pen.name(scene, y, Font::Note, Paint::AckedInk, text::ACKED_ROW.to_owned(), 18.0);
}

/// A consumer's name with what it does: below it, or beside it where rows are low.
fn lane_name(pen: &Pen, band: &Band, lane: &LanePicture, y: f32, scene: &mut Scene) {
    let is_low = pen.plan.measures.lane < 30.0;
    let resting = pen.held.resting(band.stream.stream, band.group.group, lane.consumer);
    let n_pending = lane.n_pending.saturating_add_signed(resting.n_more);
    let ill = matches!(lane.health, Health::Crashed | Health::Frozen);
    let ink = if ill { Paint::FaultInk } else { Paint::Ink };
    let name = if lane.consumer == NOBODY { text::NOBODY.to_owned() } else { lane.name.clone() };
    let name_y = if is_low { y } else { y - 6.0 };
    health(scene, lane.health, 19.0, name_y);
    if !is_low {
        let paint = if n_pending == 0 { Paint::InkFaint } else { Paint::PendingInk };
        let paint = if ill { Paint::FaultInk } else { paint };
        let note = text::lane_note(lane.health, n_pending);
        pen.name(scene, y + 8.0, Font::Note, paint, note, 18.0);
    } else if 0 < n_pending {
        let x = pen.plan.measures.gutter - 6.0;
        let (layer, paint, font) = (Layer::GutterDetail, Paint::PendingInk, Font::Badge);
        let (align, text) = (Align::Right, n_pending.to_string());
        let w = text.len() as f32 * Font::Badge.letter_px();
        let dot = Brush::stroke(layer, Paint::Pending, 4);
        scene.shape(dot, x - w - 8.0, y, Form::Circle { r: 4.0 });
        scene.label(Label { layer, paint, font, align, alpha: 255, x, y, text }, w + 4.0);
    }
    let room_after = if is_low && 0 < n_pending { 30.0 } else { 0.0 };
    pen.name_before(scene, name_y, (Font::Text, ink), name, [18.0, room_after]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_idle_ring_grows_and_is_full_after_a_minute() {
        let at = [0, 250, 1_000, 4_000, 16_000, 60_000, 3_600_000].map(ring_permille);
        assert!(at.is_sorted());
        assert_eq!((at[0], at[5], at[6]), (0, 1_000, 1_000));
        assert!(250 < at[2] && at[2] < 400);
    }
}
