//! Draws a scene on a canvas: grouped by brush, so that thousands of shapes are a few paths.

use std::f64::consts::{PI, TAU};

use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

use crate::ui::dom::{self, MissingElement};
use crate::view::scene::{Align, Brush, Form, Ink, Label, Layer, Scene, Shape};
use crate::view::tokens::{Font, Paint};
use crate::view::within;

/// A canvas with the page's colours and letters.
pub struct Canvas {
    element: HtmlCanvasElement,
    context: CanvasRenderingContext2d,
    /// By the number of the paint.
    colours: Vec<String>,
    /// By the number of the font.
    fonts: Vec<String>,
    width: f64,
    height: f64,
    ratio: f64,
}

impl Canvas {
    /// The canvas of the page.
    ///
    /// # Errors
    /// When the page lacks it, or the browser gives no 2D context.
    pub fn mount(id: &str) -> Result<Canvas, MissingElement> {
        let element: HtmlCanvasElement = dom::by_id(id)?;
        let missing = || MissingElement { id: id.to_owned(), wrong_kind: true };
        let context = element.get_context("2d").ok().flatten().ok_or_else(missing)?;
        let context = context.dyn_into().map_err(|_| missing())?;
        let (colours, fonts) = (Vec::new(), Vec::new());
        let mut canvas =
            Canvas { element, context, colours, fonts, width: 0.0, height: 0.0, ratio: 1.0 };
        canvas.read_tokens();
        Ok(canvas)
    }

    /// How large it is, in CSS pixels.
    pub fn size(&self) -> [f32; 2] {
        [self.width as f32, self.height as f32]
    }

    /// Reads colours and letters anew: after a change of theme. The browser resolves `var()` and
    /// `light-dark()` for us when they are the colour of an element.
    pub fn read_tokens(&mut self) {
        let style = self.element.style();
        let computed = dom::window().get_computed_style(&self.element).ok().flatten();
        let read = |property: &str, value: &str| {
            // A property that cannot be set leaves the inherited colour, which can be read too.
            let _ = style.set_property(property, value);
            let computed = computed.as_ref();
            computed.and_then(|style| style.get_property_value(property).ok()).unwrap_or_default()
        };
        let colour = |paint: Paint| read("color", &format!("var({})", paint.token()));
        self.colours = Paint::ALL.into_iter().map(colour).collect();
        let font = |font: Font| {
            let family = read("font-family", &format!("var({})", font.family_token()));
            format!("{} {family}", font.size())
        };
        self.fonts = Font::ALL.into_iter().map(font).collect();
        for property in ["color", "font-family"] {
            let _ = style.remove_property(property);
        }
    }

    /// Fits the pixels to a size and to the screen's density; returns whether that changed
    /// anything.
    pub fn fit(&mut self, width: f64, height: f64) -> bool {
        let ratio = within(dom::window().device_pixel_ratio(), 0.5, 4.0);
        if (width, height, ratio) == (self.width, self.height, self.ratio) {
            return false;
        }
        (self.width, self.height, self.ratio) = (width, height, ratio);
        self.element.set_width((width * ratio).round() as u32);
        self.element.set_height((height * ratio).round() as u32);
        let style = self.element.style();
        let _ = style.set_property("height", &format!("{}px", height.round() as i32));
        true
    }

    /// Draws a scene that was sorted.
    pub fn draw(&self, scene: &Scene) {
        let context = &self.context;
        let ratio = self.ratio;
        // The only failures of a transform are numbers that are not finite.
        let _ = context.set_transform(ratio, 0.0, 0.0, ratio, 0.0, 0.0);
        context.clear_rect(0.0, 0.0, self.width, self.height);
        context.set_line_cap("round");
        context.set_line_join("round");
        context.set_text_baseline("middle");
        let (mut shapes, mut labels) = (&scene.shapes[..], &scene.labels[..]);
        while let Some(layer) = next_layer(shapes, labels) {
            let n_shapes = shapes.iter().take_while(|shape| shape.brush.layer == layer).count();
            let n_labels = labels.iter().take_while(|label| label.layer == layer).count();
            for group in shapes[..n_shapes].chunk_by(|a, b| a.brush == b.brush) {
                self.draw_group(group);
            }
            self.draw_labels(&labels[..n_labels]);
            (shapes, labels) = (&shapes[n_shapes..], &labels[n_labels..]);
        }
        context.set_global_alpha(1.0);
    }

    fn draw_group(&self, group: &[Shape]) {
        let Some(Shape { brush, .. }) = group.first() else { return };
        let context = &self.context;
        context.set_global_alpha(f64::from(brush.alpha) / 255.0);
        context.begin_path();
        for shape in group {
            outline(context, shape);
        }
        let colour = self.colour(*brush);
        match brush.ink {
            Ink::Fill => {
                context.set_fill_style_str(colour);
                context.fill();
            }
            Ink::Stroke(half_px) => {
                context.set_stroke_style_str(colour);
                context.set_line_width(f64::from(half_px) / 2.0);
                context.stroke();
            }
            Ink::Dash(half_px) => {
                context.set_stroke_style_str(colour);
                context.set_line_width(f64::from(half_px) / 2.0);
                self.set_dash(&[3.0, 4.0]);
                context.stroke();
                self.set_dash(&[]);
            }
        }
    }

    fn set_dash(&self, pattern: &[f64]) {
        let list = js_sys::Array::new();
        for length in pattern {
            list.push(&(*length).into());
        }
        // The only failure is a list that holds something else than numbers.
        let _ = self.context.set_line_dash(&list);
    }

    fn colour(&self, brush: Brush) -> &str {
        self.colours.get(brush.paint as usize).map_or("", String::as_str)
    }

    fn draw_labels(&self, labels: &[Label]) {
        let context = &self.context;
        let (mut font, mut paint, mut align) = (None, None, None);
        for label in labels {
            if font != Some(label.font) {
                font = Some(label.font);
                context.set_font(self.fonts.get(label.font as usize).map_or("", String::as_str));
            }
            if paint != Some((label.paint, label.alpha)) {
                paint = Some((label.paint, label.alpha));
                context.set_global_alpha(f64::from(label.alpha) / 255.0);
                let colour = self.colours.get(label.paint as usize);
                context.set_fill_style_str(colour.map_or("", String::as_str));
            }
            if align != Some(label.align) {
                align = Some(label.align);
                context.set_text_align(match label.align {
                    Align::Left => "left",
                    Align::Centre => "center",
                    Align::Right => "right",
                });
            }
            // Fails only without a context, and we have one.
            let _ = context.fill_text(&label.text, f64::from(label.x), f64::from(label.y) + 0.5);
        }
    }
}

fn next_layer(shapes: &[Shape], labels: &[Label]) -> Option<Layer> {
    let of_shapes = shapes.first().map(|shape| shape.brush.layer);
    let of_labels = labels.first().map(|label| label.layer);
    [of_shapes, of_labels].into_iter().flatten().min()
}

/// Adds a shape to the current path.
fn outline(context: &CanvasRenderingContext2d, shape: &Shape) {
    let (x, y) = (f64::from(shape.x), f64::from(shape.y));
    // The failures of arcs are negative radii, which no shape has.
    match shape.form {
        Form::Rect { w, h, r } if r < 0.5 => context.rect(x, y, f64::from(w), f64::from(h)),
        Form::Rect { w, h, r } => {
            let (w, h) = (f64::from(w), f64::from(h));
            let r = f64::from(r).min(w / 2.0).min(h / 2.0).max(0.0);
            let _ = context.round_rect_with_f64(x, y, w, h, r);
        }
        Form::Circle { r } => {
            let r = f64::from(r);
            context.move_to(x + r, y);
            let _ = context.arc(x, y, r, 0.0, TAU);
        }
        Form::Pie { r, permille } => {
            context.move_to(x, y);
            let _ = context.arc(x, y, f64::from(r), -PI / 2.0, turned(permille));
            context.close_path();
        }
        Form::Arc { r, permille } => {
            let r = f64::from(r);
            context.move_to(x, y - r);
            let _ = context.arc(x, y, r, -PI / 2.0, turned(permille));
        }
        Form::Octagon { r } => octagon(context, x, y, f64::from(r)),
        Form::Check { r } => {
            let r = f64::from(r);
            context.move_to(x - 0.9 * r, y);
            context.line_to(x - 0.25 * r, y + 0.65 * r);
            context.line_to(x + r, y - 0.7 * r);
        }
        Form::Cross { r } => {
            let r = f64::from(r);
            context.move_to(x - r, y - r);
            context.line_to(x + r, y + r);
            context.move_to(x - r, y + r);
            context.line_to(x + r, y - r);
        }
        Form::Triangle { r } => {
            let r = f64::from(r);
            context.move_to(x - r, y - 0.8 * r);
            context.line_to(x + r, y - 0.8 * r);
            context.line_to(x, y + 0.9 * r);
            context.close_path();
        }
        Form::Line { dx, dy } => {
            context.move_to(x, y);
            context.line_to(x + f64::from(dx), y + f64::from(dy));
        }
        Form::Hatch { w, h } => hatch(context, x, y, f64::from(w), f64::from(h)),
    }
}

fn turned(permille: u16) -> f64 {
    f64::from(permille) / 1_000.0 * TAU - PI / 2.0
}

fn octagon(context: &CanvasRenderingContext2d, x: f64, y: f64, r: f64) {
    for corner in 0..8 {
        let angle = (f64::from(corner) + 0.5) * TAU / 8.0;
        let (at_x, at_y) = (x + r * js_sys::Math::cos(angle), y + r * js_sys::Math::sin(angle));
        if corner == 0 {
            context.move_to(at_x, at_y);
        } else {
            context.line_to(at_x, at_y);
        }
    }
    context.close_path();
}

/// Lines at 45 degrees, on a grid of the canvas, so that they do not swim when the box moves.
fn hatch(context: &CanvasRenderingContext2d, x: f64, y: f64, w: f64, h: f64) {
    const STEP_PX: f64 = 8.0;
    let (left, right, top, bottom) = (x, x + w, y, y + h);
    // Each line is where x + y is a multiple of the step.
    let mut sum = ((left + top) / STEP_PX).ceil() * STEP_PX;
    while sum < right + bottom {
        let from_x = (sum - bottom).max(left);
        let to_x = (sum - top).min(right);
        if from_x < to_x {
            context.move_to(from_x, sum - from_x);
            context.line_to(to_x, sum - to_x);
        }
        sum += STEP_PX;
    }
}
