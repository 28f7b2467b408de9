//! Those who write, the times, and the log.

use super::{
    Align, Brush, CellState, Font, Label, Layer, Paint, Pen, Scene, StreamPicture, StreamPlan,
};
use crate::view::draw::sign;
use crate::view::hit::{Spot, Target};
use crate::view::lod::{COLUMN_PX, Lod};
use crate::view::picture::{Cell, Health};
use crate::view::scene::Form;
use crate::view::text;

pub(super) fn draw(pen: &Pen, stream: &StreamPicture, rows: &StreamPlan, scene: &mut Scene) {
    producers(pen, stream, rows, scene);
    axis(pen, stream, rows, scene);
    strip(pen, stream, rows, scene);
    if pen.plan.lod == Lod::Density {
        density(pen, stream, rows, scene);
    } else {
        for (cell_idx, cell) in stream.cells.iter().enumerate() {
            draw_cell(pen, stream, rows, cell, cell_idx, scene);
        }
        next_place(pen, stream, rows, scene);
    }
    names(pen, stream, rows, scene);
}

/// Where the pill of a producer is: its left edge and width. The flights begin there.
pub(super) fn pill(stream: &StreamPicture, name: &str) -> [f32; 2] {
    let mut x = 8.0;
    for producer in &stream.producers {
        let w = pill_width(&producer.name);
        if producer.name == name {
            return [x, w];
        }
        x += w + 6.0;
    }
    [8.0, 60.0]
}

fn pill_width(name: &str) -> f32 {
    (name.chars().count() as f32 * Font::Name.letter_px() + 36.0).min(190.0)
}

fn producers(pen: &Pen, stream: &StreamPicture, rows: &StreamPlan, scene: &mut Scene) {
    let y = rows.producers_y + 12.0;
    let mut end = 8.0;
    for producer in &stream.producers {
        let [x, w] = pill(stream, &producer.name);
        if pen.plan.width < x + w {
            break;
        }
        end = x + w;
        let ill = matches!(producer.health, Health::Crashed | Health::Frozen);
        let (ground, line, ink) = if ill {
            (Paint::FaultSoft, Paint::Fault, Paint::FaultInk)
        } else {
            (Paint::NewSoft, Paint::New, Paint::NewInk)
        };
        let area = [x, y - 11.0, w, 22.0];
        scene.rect(Brush::fill(Layer::Gutter, ground), area, 11.0);
        scene.rect(Brush::stroke(Layer::GutterDetail, line, 2), area, 11.0);
        health(scene, producer.health, x + 12.0, y);
        let (layer, font, align) = (Layer::GutterDetail, Font::Name, Align::Centre);
        let text = producer.name.clone();
        let has_glyph = producer.health != Health::Unknown;
        let x = x + w / 2.0 + if has_glyph { 7.0 } else { 0.0 };
        let label = Label { layer, paint: ink, font, align, alpha: 255, x, y, text };
        scene.label(label, w - 12.0);
    }
    track(pen, stream, rows, end + 8.0, y, scene);
}

/// The way from those who write to the head of the log.
fn track(
    pen: &Pen,
    stream: &StreamPicture,
    rows: &StreamPlan,
    from: f32,
    y: f32,
    scene: &mut Scene,
) {
    let head = pen.plan.place_x(rows, stream.n_places as f64);
    if stream.producers.is_empty() || pen.plan.width < head {
        return;
    }
    let brush = Brush::dash(Layer::Ground, Paint::LineStrong, 2);
    if from < head {
        scene.shape(brush, from, y, Form::Line { dx: head - from, dy: 0.0 });
    }
    let down = rows.log_y - 8.0 - y;
    scene.shape(brush, head, y, Form::Line { dx: 0.0, dy: down });
    let arrow = Brush::fill(Layer::Ground, Paint::LineStrong);
    scene.shape(arrow, head, rows.log_y - 6.0, Form::Triangle { r: 4.0 });
}

/// The glyph of a service's state: a shape for each.
pub(super) fn health(scene: &mut Scene, health: Health, x: f32, y: f32) {
    let layer = Layer::GutterDetail;
    match health {
        Health::Unknown => {}
        Health::Idle | Health::Stopping => {
            scene.shape(Brush::stroke(layer, Paint::InkSoft, 3), x, y, Form::Circle { r: 3.5 });
        }
        Health::Waiting => {
            scene.shape(Brush::dash(layer, Paint::InkSoft, 3), x, y, Form::Circle { r: 3.5 });
        }
        Health::Working => {
            scene.shape(Brush::fill(layer, Paint::Pending), x, y, Form::Circle { r: 4.5 });
        }
        Health::Frozen | Health::Stopped => {
            let bar = |x| [x, y - 4.0, 2.5, 8.0];
            scene.rect(Brush::fill(layer, Paint::FaultInk), bar(x - 3.5), 0.0);
            scene.rect(Brush::fill(layer, Paint::FaultInk), bar(x + 1.0), 0.0);
        }
        Health::Crashed => {
            scene.shape(Brush::stroke(layer, Paint::Fault, 4), x, y, Form::Cross { r: 4.0 });
        }
    }
}

/// Times over the log, wherever a second begins.
fn axis(pen: &Pen, stream: &StreamPicture, rows: &StreamPlan, scene: &mut Scene) {
    let y = rows.axis_y + 7.0;
    let mut free_from = pen.plan.measures.gutter;
    let mut last_second = None;
    for cell in &stream.cells {
        let second = cell.id.ms / 1_000;
        let begins = last_second != Some(second);
        last_second = Some(second);
        let x = pen.plan.place_x(rows, cell.place as f64) - pen.plan.place_px / 2.0;
        if !begins || x < free_from || pen.plan.width < x + 40.0 {
            continue;
        }
        let Some(clock) = text::clock_of_id(cell.id) else { continue };
        free_from = x + 66.0;
        let tick = Brush::fill(Layer::Ground, Paint::LineStrong);
        scene.rect(tick, [x, rows.axis_y + 1.0, 1.0, 15.0], 0.0);
        let (layer, paint, font) = (Layer::Ground, Paint::InkSoft, Font::Mono);
        let label = Label {
            layer,
            paint,
            font,
            align: Align::Left,
            alpha: 255,
            x: x + 4.0,
            y,
            text: clock,
        };
        scene.label(label, 60.0);
    }
}

fn strip(pen: &Pen, stream: &StreamPicture, rows: &StreamPlan, scene: &mut Scene) {
    let gutter = pen.plan.measures.gutter;
    let h = pen.plan.measures.log;
    let area = [gutter, rows.log_y, pen.plan.width - gutter, h];
    scene.rect(Brush::fill(Layer::Ground, Paint::Band), area, 0.0);
    for y in [rows.log_y, rows.log_y + h] {
        let line = Form::Line { dx: area[2], dy: 0.0 };
        scene.shape(Brush::stroke(Layer::Ground, Paint::LineStrong, 2), gutter, y, line);
    }
    scene.spots.push(Spot { area, target: Target::Log { stream: stream.stream } });
}

fn draw_cell(
    pen: &Pen,
    stream: &StreamPicture,
    rows: &StreamPlan,
    cell: &Cell,
    cell_idx: usize,
    scene: &mut Scene,
) {
    let plan = pen.plan;
    let centre = plan.place_x(rows, cell.place as f64);
    let gap = if plan.lod == Lod::Bars { 1.0 } else { 4.0 };
    let w = (plan.place_px - gap).max(1.5);
    let area = [centre - w / 2.0, rows.log_y + 4.0, w, plan.measures.log - 8.0];
    if centre + w < plan.measures.gutter || plan.width < centre - w {
        return;
    }
    let target = Target::Entry { stream: stream.stream, id: cell.id };
    scene.spots.push(Spot { area, target });
    if pen.is_pointed_at(target) {
        pointed(pen, rows, centre, scene);
    }
    let round = (w / 6.0).min(5.0);
    if cell.gone || pen.held.is_arriving(stream.stream, cell.id) {
        let paint = if cell.gone { Paint::Gone } else { Paint::New };
        scene.rect(Brush::dash(Layer::Rest, paint, 2), area, round);
        if cell.gone && plan.lod == Lod::Labels {
            id_label(scene, cell, area, Paint::InkFaint);
        }
        return;
    }
    let state = pen.state_of_all(stream, cell_idx);
    let (main, soft) = sign::paints(state, stream.is_dead_letters);
    match plan.lod {
        Lod::Labels => labelled(stream, cell, state, area, scene),
        Lod::Glyphs => {
            scene.rect(Brush::fill(Layer::Rest, soft), area, round);
            scene.rect(Brush::stroke(Layer::Detail, main, 3), area, round);
            let at = [centre, rows.log_y + plan.measures.log / 2.0];
            sign::mark(scene, Layer::Detail, state, stream.is_dead_letters, at, 4.5);
        }
        Lod::Bars | Lod::Density => scene.rect(Brush::fill(Layer::Rest, main), area, round),
    }
}

fn labelled(
    stream: &StreamPicture,
    cell: &Cell,
    state: Option<CellState>,
    area: [f32; 4],
    scene: &mut Scene,
) {
    let [x, y, w, _] = area;
    let dead = stream.is_dead_letters;
    let (main, soft) = sign::paints(state, dead);
    let ink = sign::ink(state, dead);
    scene.rect(Brush::fill(Layer::Rest, soft), area, 5.0);
    scene.rect(Brush::stroke(Layer::Detail, main, 3), area, 5.0);
    let (layer, font, align) = (Layer::Detail, Font::Text, Align::Centre);
    let (x, y) = (x + w / 2.0, y + 9.5);
    let label = Label { layer, paint: ink, font, align, alpha: 255, x, y, text: cell.text.clone() };
    scene.label(label, w - 4.0);
    id_label(scene, cell, area, ink);
    let [x, y, w, _] = area;
    sign::corner(scene, state, dead, [x + w - 3.0, y + 2.0]);
}

fn id_label(scene: &mut Scene, cell: &Cell, [x, y, w, h]: [f32; 4], paint: Paint) {
    let (layer, font, align) = (Layer::Detail, Font::Mono, Align::Centre);
    let (x, y) = (x + w / 2.0, y + h - 7.5);
    let text = text::short_id(cell.id);
    scene.label(Label { layer, paint, font, align, alpha: 255, x, y, text }, w - 1.0);
}

/// A line through all rows at the entry that is pointed at: the same entry everywhere.
fn pointed(pen: &Pen, rows: &StreamPlan, centre: f32, scene: &mut Scene) {
    let w = pen.plan.place_px.max(4.0);
    let area = [centre - w / 2.0, rows.axis_y, w, rows.bottom - rows.axis_y];
    scene.rect(Brush::fill(Layer::Glow, Paint::Accent).faded(38), area, 4.0);
    let outline = [area[0], rows.log_y + 1.0, w, pen.plan.measures.log - 2.0];
    scene.rect(Brush::stroke(Layer::Marker, Paint::Accent, 4), outline, 6.0);
}

/// The place where the next entry will be.
fn next_place(pen: &Pen, stream: &StreamPicture, rows: &StreamPlan, scene: &mut Scene) {
    let plan = pen.plan;
    if plan.lod < Lod::Glyphs {
        return;
    }
    let centre = plan.place_x(rows, stream.n_places as f64);
    let w = plan.place_px - 4.0;
    let area = [centre - w / 2.0, rows.log_y + 4.0, w, plan.measures.log - 8.0];
    scene.rect(Brush::dash(Layer::Ground, Paint::Line, 2), area, 5.0);
}

/// Columns as high as they are full, coloured by what they hold for the groups.
fn density(pen: &Pen, stream: &StreamPicture, rows: &StreamPlan, scene: &mut Scene) {
    let plan = pen.plan;
    let room = plan.measures.log - 6.0;
    let bottom = rows.log_y + plan.measures.log - 3.0;
    for (idx, column) in stream.columns.iter().enumerate() {
        if column.n_places == 0 {
            continue;
        }
        let x = plan.measures.gutter + idx as f32 * COLUMN_PX;
        let full = column.n_live as f32 / column.n_places as f32;
        let h = (room * full).max(if column.n_live == 0 { 0.0 } else { 2.0 });
        let area = [x, bottom - h, COLUMN_PX, h];
        scene.rect(Brush::fill(Layer::Rest, Paint::New), area, 0.0);
        let n_pending = stream.groups.iter().filter_map(|group| group.columns.get(idx)).max();
        let n_pending = n_pending.copied().unwrap_or(0);
        if 0 < n_pending {
            let share = (n_pending as f32 / column.n_places as f32).min(1.0);
            let h = (room * share).max(2.0);
            let area = [x, bottom - h, COLUMN_PX, h];
            scene.rect(Brush::fill(Layer::Detail, Paint::Pending), area, 0.0);
        }
    }
}

fn names(pen: &Pen, stream: &StreamPicture, rows: &StreamPlan, scene: &mut Scene) {
    let h = pen.plan.measures.axis + pen.plan.measures.log + 2.0;
    pen.gutter(scene, rows.axis_y - 1.0, h, Paint::Surface);
    let middle = rows.log_y + pen.plan.measures.log / 2.0;
    pen.name(scene, middle - 8.0, Font::Name, Paint::Ink, stream.title.clone(), 0.0);
    pen.kind(scene, middle - 8.0, text::STREAM, &stream.title);
    let note = text::n_entries(stream.n_entries);
    pen.name(scene, middle + 8.0, Font::Note, Paint::InkSoft, note, 0.0);
    let first = rows.first;
    if (stream.first_place as f64) < first - 0.5 {
        let x = pen.plan.measures.gutter;
        let area = [x, rows.log_y, 18.0, pen.plan.measures.log];
        let triangle = Label {
            layer: Layer::GutterDetail,
            paint: Paint::InkSoft,
            font: Font::Name,
            align: Align::Left,
            alpha: 255,
            x: x + 2.0,
            y: middle,
            text: "‹".to_owned(),
        };
        scene.label(triangle, 20.0);
        let ground = [x, rows.log_y + 1.0, 14.0, pen.plan.measures.log - 2.0];
        scene.rect(Brush::fill(Layer::Gutter, Paint::Surface), ground, 0.0);
        let target = Target::Beyond { stream: stream.stream, left: true };
        scene.spots.push(Spot { area, target });
    }
}
