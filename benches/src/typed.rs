//! The workloads as calls of the engine. Each call looks its key up, as a command does.

use std::convert::Infallible;

use streamlanes::engine::{
    ConsumerId, Deliver, IdmpConfig, NewId, NodeLimits, RefPolicy, Store, StreamId, StreamMut,
    Trim, TrimBy,
};

use crate::timing::{Clock, Measured, count, repeated};
use crate::workload::{
    KEY, MAXLEN, PAGE, START, Values, Workload, consumer_name, group_name, id_of, time_of,
};

/// Does a workload once or, if it is short, more often.
pub fn run(workload: Workload, n: u64, limit_s: f64, clock: Clock<'_>) -> Measured {
    let values = Values::new();
    let Ok(measured) = repeated(|| {
        Ok::<_, Infallible>(match workload {
            Workload::Add | Workload::AddTrimmed => add(workload, &values, n, limit_s, clock),
            Workload::ReadAck | Workload::Fan => read_ack(workload, &values, n, limit_s, clock),
            Workload::Range => range(&values, n, limit_s, clock),
        })
    });
    measured
}

/// A stream that can be measured: `n` entries, and with `is_pending` one group that has them all
/// pending.
pub fn filled(n: u64, is_pending: bool) -> Store {
    let mut store = Store::new();
    let values = Values::new();
    for n in 0..n {
        append(&mut store, &values, n, None);
    }
    if is_pending {
        let consumers = open(&mut store, Workload::ReadAck);
        for n in 0..n {
            let (_, consumer, _) = Workload::ReadAck.delivery(n);
            deliver(&mut store, b"group-0", consumers[0][consumer as usize], time_of(n));
        }
    }
    store
}

fn add(workload: Workload, values: &Values, n: u64, limit_s: f64, clock: Clock<'_>) -> Measured {
    let trim = (workload == Workload::AddTrimmed).then_some(&TRIM);
    let mut store = Store::new();
    count(clock, n, limit_s, |n| append(&mut store, values, n, trim))
}

/// As `XADD MAXLEN ~ 1000` trims.
const TRIM: Trim = Trim {
    by: TrimBy::MaxLen(MAXLEN),
    approx: true,
    approx_keeps_all: false,
    limit: 10_000,
    refs: RefPolicy::KeepRef,
};

fn append(store: &mut Store, values: &Values, n: u64, trim: Option<&Trim>) {
    let (now, fields) = (time_of(n), values.fields(n));
    let found = store.stream_or_create(0, KEY.as_bytes(), IdmpConfig::DEFAULT, now);
    let Ok(StreamMut { stream, mut rec }) = found else { return };
    let appended = stream.append(NewId::Auto, &fields, NodeLimits::DEFAULT, now, &mut rec);
    assert!(appended.is_ok());
    if let Some(trim) = trim {
        stream.trim(trim, &mut rec);
    }
}

/// Makes groups and consumers; the consumers by group.
fn open(store: &mut Store, workload: Workload) -> Vec<Vec<ConsumerId>> {
    let (n_groups, n_consumers) = workload.groups();
    let Ok(StreamMut { stream, mut rec }) =
        store.stream_or_create(0, KEY.as_bytes(), IdmpConfig::DEFAULT, START)
    else {
        return Vec::new();
    };
    let group = |n: u64| {
        let name = group_name(n);
        stream.create_group(name.as_bytes(), StreamId::MIN, None, &mut rec);
        let mut group = stream.group_mut(name.as_bytes()).expect("it was just made");
        let mut open = |n| group.open_consumer(consumer_name(n).as_bytes(), START, &mut rec);
        (0..n_consumers).map(&mut open).collect()
    };
    (0..n_groups).map(group).collect()
}

fn read_ack(
    workload: Workload,
    values: &Values,
    n: u64,
    limit_s: f64,
    clock: Clock<'_>,
) -> Measured {
    let mut store = Store::new();
    for n in 0..workload.n_before(n) {
        append(&mut store, values, n, None);
    }
    let consumers = open(&mut store, workload);
    let groups: Vec<String> = (0..workload.groups().0).map(group_name).collect();
    count(clock, n, limit_s, |n| {
        let (group, consumer, _) = workload.delivery(n);
        let name = groups[group as usize].as_bytes();
        let id = deliver(&mut store, name, consumers[group as usize][consumer as usize], START);
        let found = store.stream_mut(0, KEY.as_bytes(), START);
        let Ok(Some(StreamMut { stream, mut rec })) = found else { return };
        assert!(stream.group_mut(name).is_some_and(|mut group| group.ack(id, &mut rec)));
    })
}

/// Delivers the next entry; its bytes are looked at, as a reply would.
fn deliver(store: &mut Store, group: &[u8], consumer: ConsumerId, now: u64) -> StreamId {
    let found = store.stream_mut(0, KEY.as_bytes(), now).expect("it is a stream");
    let StreamMut { stream, mut rec } = found.expect("it was filled");
    let mut group = stream.group_mut(group).expect("it was made");
    let entry = group.deliver_next(consumer, Deliver::new(now), &mut rec).expect("there is more");
    let n_bytes: usize = entry.fields().map(|(name, value)| name.len() + value.len()).sum();
    std::hint::black_box(n_bytes);
    entry.id
}

fn range(values: &Values, n: u64, limit_s: f64, clock: Clock<'_>) -> Measured {
    let mut store = Store::new();
    for n in 0..n {
        append(&mut store, values, n, None);
    }
    let pages = count(clock, n.div_ceil(PAGE), limit_s, |page| {
        let (ms, seq) = id_of(page * PAGE);
        let found = store.stream(0, KEY.as_bytes()).expect("it is a stream");
        let stream = found.expect("it was filled");
        let mut n_bytes = 0;
        for entry in stream.range(StreamId { ms, seq }, StreamId::MAX).take(PAGE as usize) {
            n_bytes += entry.fields().map(|(name, value)| name.len() + value.len()).sum::<usize>();
        }
        std::hint::black_box(n_bytes);
    });
    Measured { n: n.min(pages.n * PAGE), ..pages }
}
