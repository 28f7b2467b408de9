//! Pictures and texts computed from the world, without a browser.
//!
//! Invariant: no web-sys; the same input gives the same output.

pub mod console;
pub mod side;
pub mod store;
pub mod table;

pub mod picture;
pub mod scene;
pub mod tokens;

pub mod announce;
pub mod biography;
pub mod camera;
pub mod caption;
pub mod chart;
pub mod draw;
pub mod head;
pub mod hit;
pub mod lanes;
pub mod lod;
pub mod marks;
pub mod places;
pub mod plan;
pub mod queue;
pub mod text;
pub mod tween;
pub mod twin;
pub mod words;

/// A value kept between two bounds; the lower one wins if they cross. (`f32::clamp` panics then,
/// and its message brings the printing of floats, 16 KB, into the page.)
pub fn within<T: PartialOrd>(value: T, least: T, most: T) -> T {
    let value = if most < value { most } else { value };
    if value < least { least } else { value }
}
