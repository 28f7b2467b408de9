//! A picture as data: shapes, labels, and the spots that can be pointed at.
//!
//! Coordinates are CSS pixels from the top left of the canvas.

use std::fmt::Write as _;

use super::hit::Spot;
use super::tokens::{Font, Paint};

/// What lies over what.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Layer {
    /// Bands and hatching.
    Ground,
    /// Hover and focus, under everything that they point at.
    Glow,
    /// The log and what rests in the lanes.
    Rest,
    /// What is drawn on top of resting things: rings, badges, checks.
    Detail,
    /// Last-delivered markers and badges.
    Marker,
    /// On them.
    MarkerDetail,
    /// The column of names, over what scrolls under it.
    Gutter,
    /// On the column of names.
    GutterDetail,
    /// What moves.
    Moving,
    /// On what moves.
    MovingDetail,
}

/// The outline of a shape.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Form {
    /// From its top left corner; `r` rounds the corners.
    Rect { w: f32, h: f32, r: f32 },
    /// Around its centre.
    Circle { r: f32 },
    /// A slice from twelve o'clock on.
    Pie { r: f32, permille: u16 },
    /// A part of a ring from twelve o'clock on.
    Arc { r: f32, permille: u16 },
    /// Eight corners: the stop sign of dead letters.
    Octagon { r: f32 },
    /// A tick mark.
    Check { r: f32 },
    /// Two crossing strokes.
    Cross { r: f32 },
    /// Points down.
    Triangle { r: f32 },
    /// From its start.
    Line { dx: f32, dy: f32 },
    /// Slanted lines in a box.
    Hatch { w: f32, h: f32 },
}

/// How an outline is drawn.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Ink {
    /// Filled.
    Fill,
    /// Stroked, in half pixels.
    Stroke(u8),
    /// Stroked with gaps, in half pixels.
    Dash(u8),
}

/// Everything that shapes must share to be drawn in one go.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Brush {
    /// What lies over what.
    pub layer: Layer,
    /// The colour.
    pub paint: Paint,
    /// Fill or stroke.
    pub ink: Ink,
    /// 255: not transparent.
    pub alpha: u8,
}

impl Brush {
    /// Filled, not transparent.
    pub const fn fill(layer: Layer, paint: Paint) -> Brush {
        Brush { layer, paint, ink: Ink::Fill, alpha: 255 }
    }

    /// Stroked, not transparent; the width in half pixels.
    pub const fn stroke(layer: Layer, paint: Paint, half_px: u8) -> Brush {
        Brush { layer, paint, ink: Ink::Stroke(half_px), alpha: 255 }
    }

    /// Stroked with gaps.
    pub const fn dash(layer: Layer, paint: Paint, half_px: u8) -> Brush {
        Brush { layer, paint, ink: Ink::Dash(half_px), alpha: 255 }
    }

    /// A number that sorts like the brush itself, layer first: thousands of shapes are sorted by it
    /// in every frame.
    fn key(self) -> u32 {
        let ink = match self.ink {
            Ink::Fill => 0,
            Ink::Stroke(half_px) => 0x100 | u32::from(half_px),
            Ink::Dash(half_px) => 0x200 | u32::from(half_px),
        };
        (self.layer as u32) << 24 | (self.paint as u32) << 18 | ink << 8 | u32::from(self.alpha)
    }

    /// The same, more transparent.
    pub const fn faded(self, alpha: u8) -> Brush {
        Brush { alpha, ..self }
    }
}

/// One outline.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Shape {
    /// How it is drawn.
    pub brush: Brush,
    /// Where.
    pub x: f32,
    /// Where.
    pub y: f32,
    /// What.
    pub form: Form,
}

/// Where a label's text is, seen from its point.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Align {
    Left,
    Centre,
    Right,
}

/// A line of text, centred on `y`.
#[derive(Clone, PartialEq, Debug)]
pub struct Label {
    /// What lies over what.
    pub layer: Layer,
    /// The colour.
    pub paint: Paint,
    /// The letters.
    pub font: Font,
    /// Where the text is from its point.
    pub align: Align,
    /// 255: not transparent.
    pub alpha: u8,
    /// Where.
    pub x: f32,
    /// Where.
    pub y: f32,
    /// The text, already cut to fit.
    pub text: String,
}

impl Label {
    /// A number that sorts by layer, then by what labels must share to be written in a row.
    fn key(&self) -> u32 {
        (self.layer as u32) << 26
            | (self.font as u32) << 22
            | (self.paint as u32) << 14
            | u32::from(self.alpha) << 4
            | self.align as u32
    }
}

/// A picture.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct Scene {
    /// In pixels.
    pub width: f32,
    /// In pixels.
    pub height: f32,
    /// How high the whole content is; more than `height` when it scrolls.
    pub content_height: f32,
    /// In any order: [`Scene::sort`] groups them.
    pub shapes: Vec<Shape>,
    /// In any order.
    pub labels: Vec<Label>,
    /// What can be pointed at; later ones lie over earlier ones.
    pub spots: Vec<Spot>,
}

impl Scene {
    /// An empty picture of a size.
    pub fn new(width: f32, height: f32) -> Scene {
        Scene { width, height, ..Scene::default() }
    }

    /// Removes everything but keeps the memory, for the next frame.
    pub fn clear(&mut self, width: f32, height: f32) {
        self.width = width;
        self.height = height;
        self.content_height = height;
        self.shapes.clear();
        self.labels.clear();
        self.spots.clear();
    }

    /// Adds an outline.
    pub fn shape(&mut self, brush: Brush, x: f32, y: f32, form: Form) {
        self.shapes.push(Shape { brush, x, y, form });
    }

    /// Adds a box.
    pub fn rect(&mut self, brush: Brush, [x, y, w, h]: [f32; 4], r: f32) {
        self.shape(brush, x, y, Form::Rect { w, h, r });
    }

    /// Adds a text, cut to `max_px` with an ellipsis; nothing when not even two letters fit.
    pub fn label(&mut self, mut label: Label, max_px: f32) {
        if fit(&mut label.text, label.font, max_px) {
            self.labels.push(label);
        }
    }

    /// Groups the shapes by brush and the labels by font and colour, lower layers first; what was
    /// added first stays below within a group.
    pub fn sort(&mut self) {
        self.shapes.sort_by_key(|shape| shape.brush.key());
        self.labels.sort_by_key(Label::key);
    }

    /// One line for each shape and label, rounded to pixels: what the snapshot tests compare.
    pub fn to_text(&self) -> String {
        let mut sorted = self.clone();
        sorted.sort();
        let mut out = String::new();
        for Shape { brush, x, y, form } in &sorted.shapes {
            let faded =
                if brush.alpha == 255 { String::new() } else { format!(" ~{}", brush.alpha) };
            let ink = match brush.ink {
                Ink::Fill => "fill",
                Ink::Stroke(_) => "stroke",
                Ink::Dash(_) => "dash",
            };
            let paint = brush.paint.token().trim_start_matches('-');
            let layer = brush.layer;
            let _ = writeln!(out, "{layer:?} {ink} {paint}{faded} {x:.0},{y:.0} {form:.0?}");
        }
        for label in &sorted.labels {
            let Label { layer, paint, align, x, y, text, .. } = label;
            let paint = paint.token().trim_start_matches('-');
            let _ = writeln!(out, "{layer:?} {paint} {x:.0},{y:.0} {align:?} {text:?}");
        }
        out
    }
}

/// Cuts a text to a width; returns whether anything worth showing is left.
fn fit(text: &mut String, font: Font, max_px: f32) -> bool {
    let n_letters = text.chars().count();
    let n_fitting = (max_px / font.letter_px()).floor();
    if n_letters as f32 <= n_fitting {
        return !text.is_empty();
    }
    if n_fitting < 2.0 {
        return false;
    }
    let keep = n_fitting as usize - 1;
    if let Some((cut_at, _)) = text.char_indices().nth(keep) {
        text.truncate(cut_at);
        text.push('…');
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn label(text: &str) -> Label {
        Label {
            layer: Layer::Rest,
            paint: Paint::Ink,
            font: Font::Mono,
            align: Align::Left,
            alpha: 255,
            x: 0.0,
            y: 0.0,
            text: text.to_owned(),
        }
    }

    #[test]
    fn labels_are_cut_to_fit_and_left_out_when_nothing_fits() {
        let cases = [
            ("teapot", 100.0, Some("teapot")),
            ("teapot", 30.0, Some("tea…")),
            ("teapot", 9.0, None),
        ];
        for (text, max_px, expected) in cases {
            let mut scene = Scene::new(10.0, 10.0);
            scene.label(label(text), max_px);
            assert_eq!(scene.labels.first().map(|label| label.text.as_str()), expected, "{text}");
        }
    }

    #[test]
    fn keys_tell_brushes_apart_and_sort_like_them() {
        let mut brushes = Vec::new();
        for layer in [Layer::Ground, Layer::Rest, Layer::MovingDetail] {
            for paint in Paint::ALL {
                for ink in [Ink::Fill, Ink::Stroke(1), Ink::Stroke(255), Ink::Dash(1)] {
                    for alpha in [0, 255] {
                        brushes.push(Brush { layer, paint, ink, alpha });
                    }
                }
            }
        }
        brushes.sort();
        assert!(brushes.is_sorted_by(|a, b| a.key() < b.key()));
    }

    #[test]
    fn sorting_groups_what_can_be_drawn_in_one_go_and_keeps_layers_apart() {
        let mut scene = Scene::new(10.0, 10.0);
        let dot = Form::Circle { r: 2.0 };
        scene.shape(Brush::fill(Layer::Moving, Paint::New), 1.0, 1.0, dot);
        scene.shape(Brush::fill(Layer::Rest, Paint::Pending), 2.0, 2.0, dot);
        scene.shape(Brush::fill(Layer::Moving, Paint::New), 3.0, 3.0, dot);
        scene.shape(Brush::fill(Layer::Rest, Paint::New), 4.0, 4.0, dot);
        scene.sort();
        let order: Vec<f32> = scene.shapes.iter().map(|shape| shape.x).collect();
        assert_eq!(order, [4.0, 2.0, 1.0, 3.0]);
    }
}
