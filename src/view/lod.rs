//! How much detail fits: from labelled entries to the density of a hundred thousand.

/// What a place in the log is drawn as.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Lod {
    /// Columns of pixels, as high as they are full.
    Density,
    /// A bar.
    Bars,
    /// A box with its state's shape.
    Glyphs,
    /// A box with its id and content.
    Labels,
}

/// The widest place, in pixels.
pub const PLACE_PX_MAX: f32 = 112.0;
/// The narrowest place: a million entries on a phone.
pub const PLACE_PX_MIN: f32 = 0.0003;
/// The width at first.
pub const PLACE_PX: f32 = 52.0;
/// How wide a column of the density is, in pixels.
pub const COLUMN_PX: f32 = 3.0;

const LABELS_PX_MIN: f32 = 40.0;
const GLYPHS_PX_MIN: f32 = 15.0;
const BARS_PX_MIN: f32 = 4.0;

impl Lod {
    /// The detail for places of a width.
    pub fn of(place_px: f32) -> Lod {
        if LABELS_PX_MIN <= place_px {
            Lod::Labels
        } else if GLYPHS_PX_MIN <= place_px {
            Lod::Glyphs
        } else if BARS_PX_MIN <= place_px {
            Lod::Bars
        } else {
            Lod::Density
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn detail_never_grows_when_places_shrink() {
        let mut place_px = PLACE_PX_MAX;
        let mut last = Lod::Labels;
        while PLACE_PX_MIN < place_px {
            let lod = Lod::of(place_px);
            assert!(lod <= last, "{place_px}");
            last = lod;
            place_px *= 0.9;
        }
        assert_eq!(last, Lod::Density);
    }
}
