//! What is under the pointer.

use super::scene::Scene;
use crate::engine::StreamId;

/// The least size of a spot, in pixels, so that fingers hit it.
const SPOT_PX_MIN: f32 = 24.0;

/// Something in the picture that can be pointed at. The numbers are those of the picture's streams,
/// groups and consumers (`lanes::Lanes`).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Target {
    /// An entry in the log.
    Entry { stream: u32, id: StreamId },
    /// An entry on a consumer's pending list.
    Pending { stream: u32, group: u32, consumer: u32, id: StreamId },
    /// A consumer's lane.
    Lane { stream: u32, group: u32, consumer: u32 },
    /// A group's last-delivered marker.
    Marker { stream: u32, group: u32 },
    /// Entries that lie to the left or right of what is shown.
    Beyond { stream: u32, left: bool },
    /// A stream's log.
    Log { stream: u32 },
}

impl Target {
    /// The stream that it belongs to.
    pub fn stream(self) -> u32 {
        match self {
            Target::Entry { stream, .. }
            | Target::Pending { stream, .. }
            | Target::Lane { stream, .. }
            | Target::Marker { stream, .. }
            | Target::Beyond { stream, .. }
            | Target::Log { stream } => stream,
        }
    }

    /// The entry that it shows, if it is one.
    pub fn entry(self) -> Option<StreamId> {
        match self {
            Target::Entry { id, .. } | Target::Pending { id, .. } => Some(id),
            _ => None,
        }
    }
}

/// A box that can be pointed at.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Spot {
    /// Left, top, width, height.
    pub area: [f32; 4],
    /// What it is.
    pub target: Target,
}

impl Spot {
    fn contains(&self, x: f32, y: f32, grown: bool) -> bool {
        let [left, top, w, h] = self.area;
        let (grow_x, grow_y) = if grown {
            ((SPOT_PX_MIN - w).max(0.0) / 2.0, (SPOT_PX_MIN - h).max(0.0) / 2.0)
        } else {
            (0.0, 0.0)
        };
        left - grow_x <= x && x < left + w + grow_x && top - grow_y <= y && y < top + h + grow_y
    }
}

/// The topmost thing at a point. What the point is really in wins over what was only grown to the
/// size of a finger; entries win over the lanes and logs that they lie in.
pub fn at(scene: &Scene, x: f32, y: f32) -> Option<Target> {
    let exact = find(scene, x, y, false);
    let is_thing = |target: &Target| !matches!(target, Target::Lane { .. } | Target::Log { .. });
    if exact.as_ref().is_some_and(is_thing) {
        return exact;
    }
    find(scene, x, y, true).filter(is_thing).or(exact)
}

fn find(scene: &Scene, x: f32, y: f32, grown: bool) -> Option<Target> {
    let spots = scene.spots.iter().rev();
    let mut background = None;
    for spot in spots.filter(|spot| spot.contains(x, y, grown)) {
        match spot.target {
            Target::Lane { .. } | Target::Log { .. } => {
                background = background.or(Some(spot.target));
            }
            target => return Some(target),
        }
    }
    background
}

#[cfg(test)]
mod tests {
    use super::*;

    const LANE: Target = Target::Lane { stream: 0, group: 0, consumer: 0 };

    fn pending(seq: u64) -> Target {
        Target::Pending { stream: 0, group: 0, consumer: 0, id: StreamId::new(1, seq) }
    }

    fn scene() -> Scene {
        let mut scene = Scene::new(200.0, 100.0);
        let mut spot = |area, target| scene.spots.push(Spot { area, target });
        spot([0.0, 0.0, 200.0, 40.0], LANE);
        spot([10.0, 16.0, 8.0, 8.0], pending(1));
        spot([30.0, 16.0, 8.0, 8.0], pending(2));
        scene
    }

    #[track_caller]
    fn check(x: f32, y: f32, expected: Option<Target>) {
        assert_eq!(at(&scene(), x, y), expected);
    }

    #[test]
    fn points_find_the_topmost_thing() {
        check(12.0, 18.0, Some(pending(1)));
        check(100.0, 20.0, Some(LANE));
        check(100.0, 60.0, None);
    }

    #[test]
    fn small_things_are_as_large_as_a_finger_but_do_not_cover_others() {
        check(6.0, 12.0, Some(pending(1)));
        check(31.0, 20.0, Some(pending(2)));
        check(44.0, 20.0, Some(pending(2)));
        check(48.0, 20.0, Some(LANE));
    }
}
