//! The shape and the colours of a state: shape always repeats what colour says.

use crate::view::picture::CellState;
use crate::view::scene::{Brush, Form, Layer, Scene};
use crate::view::tokens::Paint;

/// Main colour and tint of a cell of the log.
pub(super) fn paints(state: Option<CellState>, dead: bool) -> (Paint, Paint) {
    if dead {
        return (Paint::Dead, Paint::DeadSoft);
    }
    match state {
        Some(CellState::Pending) => (Paint::Pending, Paint::PendingSoft),
        Some(CellState::Done) => (Paint::Acked, Paint::AckedSoft),
        Some(CellState::Gone) => (Paint::Gone, Paint::Surface),
        Some(CellState::NotYet | CellState::Skipped) | None => (Paint::New, Paint::NewSoft),
    }
}

/// The colour of words on the tint.
pub(super) fn ink(state: Option<CellState>, dead: bool) -> Paint {
    if dead {
        return Paint::DeadInk;
    }
    match state {
        Some(CellState::Pending) => Paint::PendingInk,
        Some(CellState::Done) => Paint::AckedInk,
        Some(CellState::Gone) => Paint::InkFaint,
        Some(CellState::NotYet | CellState::Skipped) | None => Paint::NewInk,
    }
}

/// The small shape of a state: nothing for new, a dot for pending, a check for acked.
pub(super) fn mark(
    scene: &mut Scene,
    layer: Layer,
    state: Option<CellState>,
    dead: bool,
    [x, y]: [f32; 2],
    r: f32,
) {
    if dead {
        scene.shape(Brush::fill(layer, Paint::Dead), x, y, Form::Octagon { r });
        return;
    }
    match state {
        Some(CellState::Pending) => {
            let brush = Brush::stroke(layer, Paint::Pending, 4);
            scene.shape(brush, x, y, Form::Circle { r: r * 0.8 });
        }
        Some(CellState::Done) => {
            scene.shape(Brush::stroke(layer, Paint::Acked, 4), x, y, Form::Check { r });
        }
        _ => {}
    }
}

/// The shape of a state on the corner of a labelled cell: a ring, a tick or a stop sign, on a
/// ground of its own.
pub(super) fn corner(scene: &mut Scene, state: Option<CellState>, dead: bool, [x, y]: [f32; 2]) {
    if dead {
        scene.shape(Brush::fill(Layer::Marker, Paint::Dead), x, y, Form::Octagon { r: 5.0 });
        return;
    }
    match state {
        Some(CellState::Pending) => {
            let ring = Form::Circle { r: 4.0 };
            scene.shape(Brush::fill(Layer::Detail, Paint::PendingSoft), x, y, ring);
            scene.shape(Brush::stroke(Layer::Marker, Paint::Pending, 3), x, y, ring);
        }
        Some(CellState::Done) => {
            let ground = Brush::fill(Layer::Marker, Paint::Acked);
            scene.shape(ground, x, y, Form::Circle { r: 5.0 });
            let tick = Brush::stroke(Layer::MarkerDetail, Paint::Surface, 3);
            scene.shape(tick, x, y, Form::Check { r: 2.6 });
        }
        _ => {}
    }
}
