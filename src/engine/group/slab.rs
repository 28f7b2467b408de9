//! Pending entries by slot number: pages of slots, so that a million more of them never copies what
//! is there, and a page that is empty is given back.

use std::collections::BTreeSet;
use std::rc::Rc;

use crate::engine::StreamId;
use crate::time::Millis;

/// No slot; also: no consumer.
pub(super) const NIL: u32 = u32::MAX;

/// Slots of one page, as a power of two.
const PAGE_BITS: u32 = 8;
const PAGE_LEN: usize = 1 << PAGE_BITS;

/// A pending entry.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slot {
    pub(super) id: StreamId,
    pub(super) delivery_time: Millis,
    pub(super) delivery_count: u64,
    /// Its owner; [`NIL`]: none.
    pub(super) consumer: u32,
    /// Neighbours in order of delivery time. `next` of a vacant slot is the next vacant one of its
    /// page.
    pub(super) prev: u32,
    pub(super) next: u32,
}

const _: () = assert!(size_of::<Slot>() <= 48);

const VACANT: Slot = Slot {
    id: StreamId::MIN,
    delivery_time: 0,
    delivery_count: 0,
    consumer: NIL,
    prev: NIL,
    next: NIL,
};

#[derive(Clone, Debug)]
struct Page {
    slots: [Slot; PAGE_LEN],
    n_used: u32,
    /// Slots from here on were never used.
    n_touched: u32,
    vacant: u32,
}

/// All slots of a group. Pages are shared with checkpoints until one of them changes.
#[derive(Clone, Debug, Default)]
pub(super) struct Slab {
    pages: Vec<Option<Rc<Page>>>,
    /// Pages that have a vacant slot.
    with_room: BTreeSet<u32>,
    /// Page numbers without a page.
    gaps: BTreeSet<u32>,
    len: u64,
}

impl Slab {
    pub(super) fn len(&self) -> u64 {
        self.len
    }

    pub(super) fn get(&self, slot: u32) -> &Slot {
        match &self.pages[(slot >> PAGE_BITS) as usize] {
            Some(page) => &page.slots[slot as usize % PAGE_LEN],
            None => &VACANT,
        }
    }

    #[inline]
    pub(super) fn id(&self, slot: u32) -> StreamId {
        self.get(slot).id
    }

    pub(super) fn get_mut(&mut self, slot: u32) -> &mut Slot {
        let page = self.pages[(slot >> PAGE_BITS) as usize].get_or_insert_with(new_page);
        &mut Rc::make_mut(page).slots[slot as usize % PAGE_LEN]
    }

    pub(super) fn insert(&mut self, value: Slot) -> u32 {
        let page_idx = self.with_room.first().copied().unwrap_or_else(|| self.add_page());
        let page = self.pages[page_idx as usize].get_or_insert_with(new_page);
        let page = Rc::make_mut(page);
        let place = if page.vacant == NIL {
            page.n_touched += 1;
            page.n_touched - 1
        } else {
            page.vacant
        };
        if page.vacant != NIL {
            page.vacant = page.slots[place as usize].next;
        }
        page.slots[place as usize] = value;
        page.n_used += 1;
        if page.n_used as usize == PAGE_LEN {
            self.with_room.remove(&page_idx);
        }
        self.len += 1;
        page_idx << PAGE_BITS | place
    }

    fn add_page(&mut self) -> u32 {
        let page_idx = self.gaps.pop_first().unwrap_or_else(|| {
            self.pages.push(None);
            self.pages.len() as u32 - 1
        });
        assert!(page_idx < NIL >> PAGE_BITS, "more pending entries than slot numbers");
        self.pages[page_idx as usize] = Some(new_page());
        self.with_room.insert(page_idx);
        page_idx
    }

    pub(super) fn remove(&mut self, slot: u32) {
        let page_idx = slot >> PAGE_BITS;
        let page = self.pages[page_idx as usize].get_or_insert_with(new_page);
        let page = Rc::make_mut(page);
        page.slots[slot as usize % PAGE_LEN] = Slot { next: page.vacant, ..VACANT };
        page.vacant = slot % PAGE_LEN as u32;
        debug_assert!(page.n_used != 0);
        page.n_used -= 1;
        let n_used = page.n_used as usize;
        self.len -= 1;
        if n_used + 1 == PAGE_LEN {
            self.with_room.insert(page_idx);
        }
        if self.len == 0 && 1 < self.pages.len() {
            *self = Slab::default();
            return;
        }
        // One page with room is kept, so that a reader who acks at once does not allocate each
        // time.
        if n_used == 0 && 1 < self.with_room.len() {
            self.with_room.remove(&page_idx);
            self.pages[page_idx as usize] = None;
            self.gaps.insert(page_idx);
            while let Some(None) = self.pages.last() {
                self.pages.pop();
                self.gaps.remove(&(self.pages.len() as u32));
            }
        }
    }

    pub(super) fn memory_bytes(&self) -> usize {
        let n_pages = self.pages.len() - self.gaps.len();
        n_pages * size_of::<Page>() + self.pages.capacity() * size_of::<Option<Rc<Page>>>()
    }

    pub(super) fn check_invariants(&self) {
        let mut len = 0;
        for (page_idx, page) in self.pages.iter().enumerate() {
            let page_idx = page_idx as u32;
            assert_eq!(page.is_none(), self.gaps.contains(&page_idx));
            let n_used = page.as_ref().map_or(PAGE_LEN as u32, |page| page.n_used);
            assert_eq!((n_used as usize) < PAGE_LEN, self.with_room.contains(&page_idx));
            len += page.as_ref().map_or(0, |page| u64::from(page.n_used));
        }
        assert_eq!(len, self.len);
    }
}

fn new_page() -> Rc<Page> {
    Rc::new(Page { slots: [VACANT; PAGE_LEN], n_used: 0, n_touched: 0, vacant: NIL })
}
