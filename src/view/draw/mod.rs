//! From the plan to shapes.

mod band;
mod flight;
mod log;
mod sign;
#[cfg(test)]
mod tests;

use super::hit::Target;
use super::lod::Lod;
use super::picture::{CellState, GroupPicture, Picture, StreamPicture};
use super::plan::{GroupPlan, Plan, StreamPlan};
use super::scene::{Align, Brush, Label, Layer, Scene};
use super::text;
use super::tokens::{Font, Paint};
use super::tween::{Held, Mover, Tweens};

/// With more motions than this, none says which command it is.
const COMMANDS_NAMED_MAX: usize = 8;

/// What the person looks at and how.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Look {
    /// Under the pointer.
    pub hover: Option<Target>,
    /// Where the keyboard is.
    pub focus: Option<Target>,
}

/// Draws a picture into a scene, which is emptied first. `markers` says where each group's marker
/// stands right now (it glides); without one it stands where the picture says.
pub fn draw(
    picture: &Picture,
    plan: &Plan,
    tweens: &Tweens,
    markers: &dyn Fn(u32, u32) -> Option<f64>,
    look: Look,
    [width, height]: [f32; 2],
    scene: &mut Scene,
) {
    scene.clear(width, height);
    scene.content_height = plan.content_height;
    let names_commands =
        plan.lod == Lod::Labels && tweens.flights().nth(COMMANDS_NAMED_MAX).is_none();
    let pen = Pen { plan, held: tweens.held(), look, height, names_commands };
    if picture.streams.is_empty() {
        let [x, y] = [width / 2.0, height / 2.0];
        pen.note(scene, [x, y - 10.0], Align::Centre, Paint::InkSoft, text::NO_STREAM, width);
        pen.note(scene, [x, y + 10.0], Align::Centre, Paint::Accent, text::NO_STREAM_TRY, width);
    }
    for (stream, stream_plan) in picture.streams.iter().zip(&plan.streams) {
        if stream_plan.bottom < -40.0 || height + 40.0 < stream_plan.producers_y {
            continue;
        }
        log::draw(&pen, stream, stream_plan, scene);
        for (group, group_plan) in stream.groups.iter().zip(&stream_plan.groups) {
            let marker = markers(stream.stream, group.group).unwrap_or(group.marker as f64);
            let band = Band { stream, stream_plan, group, group_plan };
            band::draw(&pen, &band, marker, scene);
        }
        if stream.is_cut() {
            let hint = text::not_drawn(stream.n_more_groups, stream.n_unplaced);
            pen.hint(scene, stream_plan.bottom, &hint);
        } else if stream.groups.is_empty() {
            pen.hint(scene, stream_plan.bottom, &text::no_group(&stream.title));
        }
    }
    if 0 < picture.n_more_streams {
        let hint = text::more_streams(picture.n_more_streams);
        let bottom = plan.streams.last().map_or(0.0, |last| last.bottom);
        pen.hint(scene, bottom + 2.0 * plan.measures.gap + plan.measures.lane, &hint);
    }
    flight::draw(&pen, picture, tweens, scene);
    if tweens.is_crowded() {
        let at = [width - 8.0, 12.0];
        pen.note(scene, at, Align::Right, Paint::Ink, text::TOO_MUCH_MOVES, width);
    }
}

/// What every part of the drawing needs.
struct Pen<'a> {
    plan: &'a Plan,
    held: Held,
    look: Look,
    height: f32,
    /// So little moves that each motion can say which command it is.
    names_commands: bool,
}

impl Pen<'_> {
    /// What a cell of the log is to a group, held back while something of it moves.
    fn state(
        &self,
        stream: u32,
        group: u32,
        cell: &super::picture::Cell,
        now: CellState,
    ) -> CellState {
        self.held.state(Mover { stream, group, id: cell.id }).unwrap_or(now)
    }

    /// What a cell of the log is to its groups together: the least finished counts.
    fn state_of_all(&self, stream: &StreamPicture, cell_idx: usize) -> Option<CellState> {
        let cell = stream.cells.get(cell_idx)?;
        let states = stream.groups.iter().filter_map(|group| {
            let now = *group.cells.get(cell_idx)?;
            Some(self.state(stream.stream, group.group, cell, now))
        });
        states.max()
    }

    /// Whether the pointer or the keyboard is at this entry.
    fn is_pointed_at(&self, target: Target) -> bool {
        self.look.hover == Some(target) || self.look.focus == Some(target)
    }

    /// Whether a row can be seen at all.
    fn is_in_view(&self, y: f32, h: f32) -> bool {
        0.0 <= y + h && y <= self.height
    }

    /// What there is to say in the last row above `bottom`.
    fn hint(&self, scene: &mut Scene, bottom: f32, text: &str) {
        let at = [self.plan.measures.gutter + 10.0, bottom - 14.0];
        let room = self.plan.width - at[0];
        self.note(scene, at, Align::Left, Paint::InkSoft, text, room);
    }

    fn note(
        &self,
        scene: &mut Scene,
        [x, y]: [f32; 2],
        align: Align,
        paint: Paint,
        text: &str,
        max_px: f32,
    ) {
        let (layer, font) = (Layer::Detail, Font::Note);
        let label = Label { layer, paint, font, align, alpha: 255, x, y, text: text.to_owned() };
        scene.label(label, max_px);
    }

    /// A text in the column of names.
    fn name(&self, scene: &mut Scene, y: f32, font: Font, paint: Paint, text: String, indent: f32) {
        self.name_before(scene, y, (font, paint), text, [indent, 0.0]);
    }

    /// A text in the column of names, with room left after it.
    fn name_before(
        &self,
        scene: &mut Scene,
        y: f32,
        (font, paint): (Font, Paint),
        text: String,
        [indent, room_after]: [f32; 2],
    ) {
        let layer = Layer::GutterDetail;
        let x = 10.0 + indent;
        let label = Label { layer, paint, font, align: Align::Left, alpha: 255, x, y, text };
        scene.label(label, self.plan.measures.gutter - x - 4.0 - room_after);
    }

    /// What kind of thing a name in the column of names is, if there is room behind it.
    fn kind(&self, scene: &mut Scene, y: f32, kind: &str, name: &str) {
        let (layer, paint, font) = (Layer::GutterDetail, Paint::InkSoft, Font::Note);
        let right = self.plan.measures.gutter - 8.0;
        let name_end = 18.0 + name.chars().count() as f32 * Font::Name.letter_px();
        let room = right - name_end;
        if kind.len() as f32 * font.letter_px() <= room {
            let (align, text) = (Align::Right, kind.to_owned());
            scene.label(Label { layer, paint, font, align, alpha: 255, x: right, y, text }, room);
        }
    }

    /// The ground of the column of names, over what scrolls under it.
    fn gutter(&self, scene: &mut Scene, y: f32, h: f32, paint: Paint) {
        let w = self.plan.measures.gutter;
        scene.rect(Brush::fill(Layer::Gutter, paint), [0.0, y, w, h], 0.0);
    }
}

/// How much of a group's band is a lag: from the marker to the head.
fn lag_span(
    plan: &Plan,
    stream: &StreamPicture,
    stream_plan: &StreamPlan,
    marker: f64,
) -> Option<[f32; 2]> {
    let from = plan.place_x(stream_plan, marker - 0.5).max(plan.measures.gutter);
    let to = plan.place_x(stream_plan, stream.n_places as f64 - 0.5).min(plan.width);
    (from + 1.0 < to).then_some([from, to])
}

/// The rows of one group and what fills them.
struct Band<'a> {
    stream: &'a StreamPicture,
    stream_plan: &'a StreamPlan,
    group: &'a GroupPicture,
    group_plan: &'a GroupPlan,
}
