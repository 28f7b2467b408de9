//! The smallest last-delivered id of a stream's groups: whatever is behind it was offered to all.

use crate::engine::StreamId;

/// What is known of it. It is found when ACKED asks, and known until a group that stands there
/// moves: so one question for each of many entries costs no walk over the groups.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct GroupFloor(Option<StreamId>);

impl GroupFloor {
    pub(crate) fn known(self) -> Option<StreamId> {
        self.0
    }

    pub(crate) fn set(&mut self, id: StreamId) {
        self.0 = Some(id);
    }

    pub(crate) fn forget(&mut self) {
        self.0 = None;
    }

    /// A group came that stands at `id`. It came from 0-0, as 8.2.3 sees it.
    pub(crate) fn joined(&mut self, id: StreamId) {
        self.moved(StreamId::MIN, id);
    }

    /// A group moved.
    pub(crate) fn moved(&mut self, from: StreamId, to: StreamId) {
        if self.0.is_some_and(|floor| from == floor || to < floor) {
            self.forget();
        }
    }
}
