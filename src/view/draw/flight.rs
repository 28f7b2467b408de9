//! Entries on their way.

use super::{Align, Brush, Font, Label, Layer, Paint, Pen, Picture, Scene, log};
use crate::view::draw::band::token_radius;
use crate::view::lod::Lod;
use crate::view::plan::StreamPlan;
use crate::view::scene::Form;
use crate::view::tween::{Anchor, Flight, Motion, Tweens, smooth};
use crate::view::within;

pub(super) fn draw(pen: &Pen, picture: &Picture, tweens: &Tweens, scene: &mut Scene) {
    for ((flight, progress), idx) in tweens.flights().zip(0..) {
        // Of several motions of one entry only the first that has not ended is seen.
        if !pen.held.is_first(flight.mover, idx) {
            continue;
        }
        let Some(rows) = pen.plan.stream(flight.mover.stream) else { continue };
        if progress.is_none() && !matches!(flight.from, Anchor::Lane(_)) {
            continue;
        }
        let t = smooth(progress.unwrap_or(0.0));
        let Some(from) = place(pen, picture, rows, flight, &flight.from) else { continue };
        let Some(to) = place(pen, picture, rows, flight, &flight.to) else { continue };
        let at = on_the_way(flight.motion, from, to, t);
        let in_lanes = !matches!(flight.motion, Motion::Added | Motion::DeadLettered);
        let hidden = in_lanes && at[0] < pen.plan.measures.gutter;
        if hidden || is_out_of_sight(pen, at) {
            continue;
        }
        if progress.is_none() {
            waiting(pen, at, scene);
        } else {
            token(pen, flight, at, t, scene);
        }
    }
}

/// Where an anchor is, in pixels.
fn place(
    pen: &Pen,
    picture: &Picture,
    rows: &StreamPlan,
    flight: &Flight,
    anchor: &Anchor,
) -> Option<[f32; 2]> {
    let plan = pen.plan;
    let x = plan.place_x(rows, flight.place as f64);
    let group = || rows.group(flight.mover.group);
    match anchor {
        Anchor::Producer(name) => {
            let stream = picture.streams.iter().find(|stream| stream.stream == rows.stream)?;
            let [left, w] = log::pill(stream, name);
            // Beside the pill, so that it does not cover the name.
            let half = box_width(plan.place_px) / 2.0;
            Some([left + w + 4.0 + half, rows.producers_y + plan.measures.producers / 2.0 - 3.0])
        }
        Anchor::Log => Some([x, rows.log_y + plan.measures.log / 2.0]),
        Anchor::Lane(consumer) => Some([x, plan.lane_y(group()?, *consumer)]),
        Anchor::Done => Some([x, group()?.done_y + plan.measures.done / 2.0]),
        Anchor::Elsewhere { stream, group, consumer, place } => {
            let rows = plan.stream(*stream)?;
            let x = plan.place_x(rows, *place as f64);
            Some([x, plan.lane_y(rows.group(*group)?, *consumer)])
        }
    }
}

/// New entries go along and then down; claimed ones swing out; all others go straight.
fn on_the_way(motion: Motion, [x0, y0]: [f32; 2], [x1, y1]: [f32; 2], t: f32) -> [f32; 2] {
    let bend = match motion {
        Motion::Added => [x1, y0],
        Motion::Claimed => [x1 + 46.0, (y0 + y1) / 2.0],
        Motion::DeadLettered => [x1.max(x0) + 60.0, (y0 + y1) / 2.0],
        _ => [(x0 + x1) / 2.0, (y0 + y1) / 2.0],
    };
    let (a, b, c) = ((1.0 - t) * (1.0 - t), 2.0 * t * (1.0 - t), t * t);
    [a * x0 + b * bend[0] + c * x1, a * y0 + b * bend[1] + c * y1]
}

fn is_out_of_sight(pen: &Pen, [x, y]: [f32; 2]) -> bool {
    x < -30.0 || pen.plan.width + 30.0 < x || y < -30.0 || pen.height + 30.0 < y
}

/// What rests in a lane until it leaves.
fn waiting(pen: &Pen, [x, y]: [f32; 2], scene: &mut Scene) {
    let body = Form::Circle { r: token_radius(pen.plan) };
    scene.shape(Brush::fill(Layer::Moving, Paint::PendingSoft), x, y, body);
    scene.shape(Brush::stroke(Layer::MovingDetail, Paint::Pending, 4), x, y, body);
}

/// The command that moves an entry, where it is one.
fn command(motion: Motion) -> Option<&'static str> {
    match motion {
        Motion::Acked => Some("XACK"),
        Motion::Claimed => Some("XCLAIM"),
        Motion::Added | Motion::Delivered | Motion::Lost => None,
        Motion::Removed | Motion::DeadLettered => None,
    }
}

/// How wide a box on its way is.
fn box_width(place_px: f32) -> f32 {
    within(place_px - 4.0, 3.0, 60.0)
}

/// What the entry looks like while it moves: a box to the log, a circle to a consumer, a check to
/// the row of what is done.
fn token(pen: &Pen, flight: &Flight, at: [f32; 2], t: f32, scene: &mut Scene) {
    let r = token_radius(pen.plan);
    let [x, y] = at;
    if let Some(command) = command(flight.motion).filter(|_| pen.names_commands) {
        let (layer, font, align) = (Layer::MovingDetail, Font::Mono, Align::Centre);
        let (paint, text) = (Paint::InkSoft, command.to_owned());
        // Above: beside it stand the marker and other entries.
        let y = y - r - 6.0;
        scene.label(Label { layer, paint, font, align, alpha: 255, x, y, text }, 90.0);
    }
    let mut circle = |soft, main, alpha| {
        let body = Form::Circle { r };
        scene.shape(Brush::fill(Layer::Moving, soft).faded(alpha), x, y, body);
        scene.shape(Brush::stroke(Layer::MovingDetail, main, 4).faded(alpha), x, y, body);
    };
    match flight.motion {
        Motion::Added => boxed(pen, [Paint::NewSoft, Paint::New, Paint::NewInk], flight, at, scene),
        Motion::DeadLettered => {
            boxed(pen, [Paint::DeadSoft, Paint::Dead, Paint::DeadInk], flight, at, scene);
        }
        Motion::Delivered => boxed_to_circle(pen, at, t, scene),
        Motion::Claimed => circle(Paint::PendingSoft, Paint::Pending, 255),
        Motion::Acked => {
            let shrunk = r * (1.0 - 0.4 * t);
            let body = Form::Circle { r: shrunk };
            scene.shape(Brush::fill(Layer::Moving, Paint::AckedSoft), x, y, body);
            scene.shape(Brush::stroke(Layer::MovingDetail, Paint::Acked, 4), x, y, body);
            let check = Brush::stroke(Layer::MovingDetail, Paint::Acked, 5);
            scene.shape(check, x, y, Form::Check { r: shrunk * 0.7 });
        }
        Motion::Lost => circle(Paint::FaultSoft, Paint::Fault, fading(t)),
        Motion::Removed => {
            let h = (pen.plan.measures.log - 8.0) * (1.0 - 0.5 * t);
            let w = (pen.plan.place_px - 4.0).max(1.5) * (1.0 - 0.5 * t);
            let area = [x - w / 2.0, y - h / 2.0, w, h];
            let brush = Brush::stroke(Layer::Moving, Paint::Gone, 4).faded(fading(t));
            scene.rect(brush, area, 5.0);
        }
    }
}

/// Steps of transparency, few enough that shapes are still drawn in groups.
fn fading(t: f32) -> u8 {
    (255.0 - (t * 8.0).floor() * 30.0).max(15.0) as u8
}

fn boxed(
    pen: &Pen,
    [soft, main, ink]: [Paint; 3],
    flight: &Flight,
    [x, y]: [f32; 2],
    scene: &mut Scene,
) {
    let w = box_width(pen.plan.place_px);
    let h = w.min(26.0);
    let area = [x - w / 2.0, y - h / 2.0, w, h];
    scene.rect(Brush::fill(Layer::Moving, soft), area, 5.0);
    scene.rect(Brush::stroke(Layer::MovingDetail, main, 4), area, 5.0);
    if pen.plan.lod == Lod::Labels {
        let (layer, font, align) = (Layer::MovingDetail, Font::Text, Align::Centre);
        let text = flight.text.to_string();
        scene.label(Label { layer, paint: ink, font, align, alpha: 255, x, y, text }, w - 4.0);
    }
}

/// A copy leaves the log: the box becomes a pending circle on the way.
fn boxed_to_circle(pen: &Pen, [x, y]: [f32; 2], t: f32, scene: &mut Scene) {
    let r = token_radius(pen.plan);
    let w0 = box_width(pen.plan.place_px);
    let h0 = (pen.plan.measures.log - 8.0).min(w0);
    let (w, h) = (w0 + (2.0 * r - w0) * t, h0 + (2.0 * r - h0) * t);
    let area = [x - w / 2.0, y - h / 2.0, w, h];
    let round = 5.0 + (r - 5.0) * t;
    scene.rect(Brush::fill(Layer::Moving, Paint::PendingSoft), area, round.max(1.0));
    scene.rect(Brush::stroke(Layer::MovingDetail, Paint::Pending, 4), area, round.max(1.0));
}
