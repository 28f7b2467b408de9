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
