//! Goal: an entry and a pending entry take as little memory as promised, and give it back.
//!
//! Method: an allocator that counts the bytes it has given out, in a test binary of its own.

// A global allocator cannot be written without `unsafe`; it only counts and hands on.
#![allow(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use streamlanes::engine::{
    Deliver, IdmpConfig, Name, NewId, NodeLimits, Recorder, RefPolicy, Sink, Stream, StreamId,
    Trim, TrimBy,
};

struct Counting;

static IN_USE: AtomicUsize = AtomicUsize::new(0);

unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        IN_USE.fetch_add(layout.size(), Ordering::Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        IN_USE.fetch_sub(layout.size(), Ordering::Relaxed);
        unsafe { System.dealloc(place, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn in_use() -> usize {
    IN_USE.load(Ordering::Relaxed)
}

const N: usize = 1_000_000;
/// Bytes for each entry of two values of about 16 bytes with repeating names, all in all.
const ENTRY_BYTES_MAX: usize = 42;
/// Bytes for each pending entry, in all its views.
const PENDING_BYTES_MAX: usize = 96;
/// What may stay when a million entries are gone.
const REST_BYTES_MAX: usize = 100_000;

/// One test, since the counter is the whole program's.
#[test]
fn entries_and_pending_entries_are_small() {
    let (mut sink, key) = (Sink::default(), Name::from(&b"orders"[..]));
    let rec = &mut Recorder::new(&mut sink, 0, &key, 0);
    let before = in_use();
    let mut stream = Stream::new(IdmpConfig::DEFAULT);
    for n in 0..N {
        let (item, user) = (format!("item-{n:011}"), format!("user-{:011}", n * 7));
        let fields: [&[u8]; 4] = [b"item", item.as_bytes(), b"user", user.as_bytes()];
        // A few entries in each millisecond, as a busy producer makes them.
        let now = 1_700_000_000_000 + n as u64 / 3;
        assert!(stream.append(NewId::Auto, &fields, NodeLimits::DEFAULT, now, rec).is_ok());
    }
    let entry_bytes = (in_use() - before) as f64 / N as f64;
    println!("{entry_bytes:.1} bytes an entry, in {} nodes", stream.n_nodes());
    assert!(entry_bytes <= ENTRY_BYTES_MAX as f64, "{entry_bytes}");

    let before = in_use();
    stream.create_group(b"billing", StreamId::MIN, None, rec);
    let mut group = stream.group_mut(b"billing").unwrap();
    let names = ["alice", "bob", "carol", "dave"];
    let consumers = names.map(|name| group.open_consumer(name.as_bytes(), 0, rec));
    for n in 0..N {
        let now = 1_700_000_500_000 + n as u64 / 9;
        assert!(group.deliver_next(consumers[n % 4], Deliver::new(now), rec).is_some());
    }
    let pending_bytes = (in_use() - before) as f64 / N as f64;
    println!("{pending_bytes:.1} bytes a pending entry");
    assert!(pending_bytes <= PENDING_BYTES_MAX as f64, "{pending_bytes}");

    // A checkpoint shares what does not change.
    let before = in_use();
    let checkpoint = stream.clone();
    let copy_bytes = (in_use() - before) as f64 / N as f64;
    println!("{copy_bytes:.1} bytes a pending entry for a checkpoint");
    drop(checkpoint);

    let ids: Vec<StreamId> =
        stream.range(StreamId::MIN, StreamId::MAX).map(|entry| entry.id).collect();
    let mut group = stream.group_mut(b"billing").unwrap();
    ids.iter().for_each(|id| assert!(group.ack(*id, rec)));
    drop(ids);
    let all = Trim {
        by: TrimBy::MaxLen(0),
        approx: false,
        approx_keeps_all: false,
        limit: 0,
        refs: RefPolicy::KeepRef,
    };
    assert_eq!(stream.trim(&all, rec), N as u64);
    println!("{} bytes when all are gone", in_use());
    assert!(in_use() < REST_BYTES_MAX, "{}", in_use());
}
