//! Where in the log we look, and how closely.

use super::lod::{PLACE_PX, PLACE_PX_MAX, PLACE_PX_MIN};
use crate::sorted::SortedMap;
use crate::view::within;

/// Free places kept in front of the head, so that one sees where the next entry will land.
const HEAD_ROOM: f64 = 1.4;
/// Half of a smooth move is done in about this many milliseconds.
const EASE_MS: f64 = 90.0;

/// Zoom for all streams, a position for each.
#[derive(Clone, PartialEq, Debug)]
pub struct Camera {
    /// How wide a place is, in pixels.
    pub place_px: f32,
    /// Whether the head of each stream is kept in view.
    pub follow: bool,
    /// The place at the left edge of each stream, with fractions.
    first: SortedMap<u32, f64>,
}

impl Default for Camera {
    fn default() -> Camera {
        Camera { place_px: PLACE_PX, follow: true, first: SortedMap::new() }
    }
}

impl Camera {
    /// How many places fit in a width.
    pub fn n_visible(&self, width_px: f32) -> f64 {
        f64::from(width_px.max(1.0) / self.place_px)
    }

    /// The place at the left edge of a stream.
    pub fn first(&self, stream: u32) -> f64 {
        self.first.get(&stream).copied().unwrap_or(0.0)
    }

    /// The place at the left edge when the head is in view.
    pub fn head(&self, n_places: u64, width_px: f32) -> f64 {
        (n_places as f64 + HEAD_ROOM - self.n_visible(width_px)).max(0.0)
    }

    /// Moves on by a frame; returns whether the move goes on. `smooth` is false for reduced motion.
    pub fn step(
        &mut self,
        stream: u32,
        n_places: u64,
        width_px: f32,
        dt_ms: u32,
        smooth: bool,
    ) -> bool {
        if !self.follow {
            return false;
        }
        let target = self.head(n_places, width_px);
        let first = self.first.get_or_insert_with(stream, || target);
        let far = self_is_far(*first, target, f64::from(width_px / self.place_px));
        *first = if smooth && !far { eased(*first, target, dt_ms) } else { target };
        let moving = 0.01 < (*first - target).abs();
        if !moving {
            *first = target;
        }
        moving
    }

    /// Moves the view of a stream by pixels; stops following.
    pub fn pan(&mut self, stream: u32, n_places: u64, width_px: f32, by_px: f32) {
        self.follow = false;
        let by = f64::from(by_px / self.place_px);
        let most = (n_places as f64 - 1.0).max(0.0);
        let least = (1.0 - self.n_visible(width_px)).min(0.0);
        let first = self.first(stream);
        self.first.insert(stream, within(first + by, least, most));
    }

    /// Shows a place of a stream in the middle; stops following.
    pub fn show(&mut self, stream: u32, place: u64, width_px: f32) {
        self.follow = false;
        let first = place as f64 + 0.5 - self.n_visible(width_px) / 2.0;
        self.first.insert(stream, first.max(0.0));
    }

    /// Zooms by a factor around a point that keeps its place (`at_px` from the log's left edge).
    pub fn zoom(&mut self, factor: f32, at_px: f32) {
        let old_px = self.place_px;
        self.place_px = within(old_px * factor, PLACE_PX_MIN, PLACE_PX_MAX);
        let moved = f64::from(at_px / old_px) - f64::from(at_px / self.place_px);
        for first in self.first.values_mut() {
            *first = (*first + moved).max(0.0);
        }
    }

    /// Zooms so that places `from..to` fill the width.
    pub fn fit(&mut self, stream: u32, from: u64, to: u64, width_px: f32) {
        let n_places = to.saturating_sub(from) as f64 + HEAD_ROOM;
        let place_px = f64::from(width_px) / n_places.max(1.0);
        self.place_px = within(place_px as f32, PLACE_PX_MIN, PLACE_PX);
        self.first.insert(stream, from as f64);
    }

    /// Forgets all positions: another history.
    pub fn reset(&mut self) {
        self.first.clear();
        self.follow = true;
    }
}

/// Too far to glide: more than two views away.
fn self_is_far(first: f64, target: f64, n_visible: f64) -> bool {
    2.0 * n_visible < (target - first).abs()
}

/// A step of a glide: the farther, the faster.
pub fn eased(from: f64, to: f64, dt_ms: u32) -> f64 {
    let dt_ms = f64::from(dt_ms);
    from + (to - from) * dt_ms / (dt_ms + EASE_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn following_keeps_the_head_in_view() {
        let mut camera = Camera::default();
        for n_places in [0, 3, 9, 10, 11, 40, 1_000, 100_000] {
            while camera.step(7, n_places, 520.0, 16, true) {}
            let head = n_places as f64 - camera.first(7);
            assert!(head <= camera.n_visible(520.0), "{n_places}");
            assert!(0.0 <= camera.first(7));
        }
    }

    #[test]
    fn panning_stops_following_and_keeps_something_in_view() {
        let mut camera = Camera::default();
        camera.step(0, 100, 520.0, 16, false);
        camera.pan(0, 100, 520.0, 1e9);
        assert!(!camera.follow);
        assert!(camera.first(0) < 100.0);
        camera.pan(0, 100, 520.0, -1e9);
        assert!(0.0 < camera.first(0) + camera.n_visible(520.0));
    }

    #[test]
    fn zooming_keeps_the_place_under_the_pointer() {
        let mut camera = Camera::default();
        camera.step(0, 1_000, 520.0, 16, false);
        let under = |camera: &Camera| camera.first(0) + f64::from(260.0 / camera.place_px);
        let before = under(&camera);
        for factor in [0.5, 0.5, 0.25, 4.0, 1.5] {
            camera.zoom(factor, 260.0);
            assert!((under(&camera) - before).abs() < 0.01);
        }
        camera.zoom(1e9, 0.0);
        assert_eq!(camera.place_px, PLACE_PX_MAX);
    }
}
