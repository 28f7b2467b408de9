//! Random operations. Ids, times and names come from small sets, so that operations meet.

use proptest::prelude::*;
use streamlanes::engine::{
    AutoClaim, Claim, Nack, NackMode, NewId, NodeLimits, RefPolicy, StreamId, Trim, TrimBy,
};

#[derive(Clone, Debug)]
pub enum Op {
    /// The clock moves, sometimes back.
    Clock(i64),
    Limits(NodeLimits),
    Append(NewId, usize),
    Delete(StreamId),
    DeleteEx(StreamId, RefPolicy),
    AckDelete(Group, StreamId, RefPolicy),
    Trim(Trim),
    SetLastId(StreamId, Option<u64>, Option<StreamId>),
    CreateGroup(Group, StreamId, Option<u64>),
    DestroyGroup(Group),
    SetGroup(Group, StreamId, Option<u64>),
    RaiseGroup(Group, StreamId),
    CreateConsumer(Group, Consumer),
    DeleteConsumer(Group, Consumer),
    Read {
        group: Group,
        consumer: Consumer,
        count: usize,
        noack: bool,
    },
    History {
        group: Group,
        consumer: Consumer,
        after: StreamId,
        count: usize,
    },
    ClaimIdle {
        group: Group,
        consumer: Consumer,
        min_idle: u64,
        count: usize,
    },
    Claim {
        group: Group,
        consumer: Consumer,
        id: StreamId,
        ago: u64,
        claim: Claim,
    },
    AutoClaim {
        group: Group,
        consumer: Consumer,
        claim: AutoClaim,
    },
    Nack(Group, StreamId, Nack),
    Ack(Group, StreamId),
    /// A checkpoint is taken; the one before must still be what it was.
    Checkpoint,
    Range(StreamId, StreamId),
}

pub type Group = &'static str;
pub type Consumer = &'static str;

/// Field lists that agree and differ in their names, and whose sizes cross every step of Redis's
/// encoding.
pub const FIELDS: [&[(&str, &str)]; 9] = [
    &[("item", "tea"), ("price", "300")],
    &[("item", "a rather long description of a thing that is sold"), ("price", "-5000")],
    &[("item", "x")],
    &[("item", "1"), ("item", "2")],
    &[("1", "00"), ("-7", ""), ("", "2147483648")],
    &[("item", "70000"), ("price", "9999999")],
    &[("blob", LONG)],
    &[("blob", LONG), ("item", LONG)],
    &[("item", "-9223372036854775808"), ("price", "9223372036854775808")],
];

/// Longer than 127 bytes.
const LONG: &str = "0123456789012345678901234567890123456789012345678901234567890123456789\
    0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890";

fn id() -> impl Strategy<Value = StreamId> {
    prop_oneof![
        40 => (0..8u64, 0..6u64).prop_map(|(ms, seq)| StreamId::new(ms, seq)),
        1 => Just(StreamId::MAX),
        1 => Just(StreamId::new(7, u64::MAX)),
    ]
}

fn new_id() -> impl Strategy<Value = NewId> {
    prop_oneof![
        10 => Just(NewId::Auto),
        4 => (0..9u64).prop_map(NewId::AutoSeq),
        6 => id().prop_map(NewId::Exact),
    ]
}

fn group() -> impl Strategy<Value = Group> {
    prop_oneof![4 => Just("g"), 1 => Just("h")]
}

fn consumer() -> impl Strategy<Value = Consumer> {
    prop_oneof![3 => Just("alice"), 3 => Just("bob"), 1 => Just("carol")]
}

fn refs() -> impl Strategy<Value = RefPolicy> {
    prop_oneof![Just(RefPolicy::KeepRef), Just(RefPolicy::DelRef), Just(RefPolicy::Acked)]
}

fn trim() -> impl Strategy<Value = Trim> {
    let by = prop_oneof![(0..12u64).prop_map(TrimBy::MaxLen), id().prop_map(TrimBy::MinId)];
    let limit = prop_oneof![Just(0), 1..8u64];
    (by, any::<bool>(), limit, refs()).prop_map(|(by, approx, limit, refs)| Trim {
        by,
        approx,
        approx_keeps_all: false,
        limit,
        refs,
    })
}

fn count() -> impl Strategy<Value = Option<u64>> {
    prop_oneof![4 => Just(None), 1 => (0..9u64).prop_map(Some), 1 => Just(Some(i64::MAX as u64))]
}

fn nack() -> impl Strategy<Value = Nack> {
    let mode = prop_oneof![Just(NackMode::Silent), Just(NackMode::Fail), Just(NackMode::Fatal)];
    (mode, count(), any::<bool>()).prop_map(|(mode, retry_count, force)| Nack {
        mode,
        retry_count,
        force,
    })
}

/// `now` and the delivery time are filled in when it runs.
fn claim() -> impl Strategy<Value = Claim> {
    (0..4u64, count(), any::<bool>(), any::<bool>()).prop_map(
        |(min_idle, retry_count, just_id, force)| Claim {
            now: 0,
            min_idle,
            delivery_time: 0,
            retry_count,
            just_id,
            force,
            drop_gone: true,
        },
    )
}

fn log_op() -> impl Strategy<Value = Op> {
    prop_oneof![
        2 => (-2..4i64).prop_map(Op::Clock),
        1 => (prop_oneof![Just(60u64), Just(100), Just(200), Just(4096)], 0..6u64).prop_map(
            |(max_bytes, max_entries)| Op::Limits(NodeLimits { max_bytes, max_entries })
        ),
        12 => (new_id(), 0..FIELDS.len()).prop_map(|(id, fields)| Op::Append(id, fields)),
        3 => id().prop_map(Op::Delete),
        2 => (id(), refs()).prop_map(|(id, refs)| Op::DeleteEx(id, refs)),
        2 => (group(), id(), refs()).prop_map(|(g, id, refs)| Op::AckDelete(g, id, refs)),
        2 => trim().prop_map(Op::Trim),
        1 => (id(), prop::option::of(0..30u64), prop::option::of(id()))
            .prop_map(|(id, added, deleted)| Op::SetLastId(id, added, deleted)),
        1 => Just(Op::Checkpoint),
        2 => (id(), id()).prop_map(|(a, b)| Op::Range(a, b)),
    ]
}

fn group_op() -> impl Strategy<Value = Op> {
    prop_oneof![
        3 => (group(), id(), prop::option::of(0..20u64))
            .prop_map(|(g, id, read)| Op::CreateGroup(g, id, read)),
        1 => group().prop_map(Op::DestroyGroup),
        2 => (group(), id(), prop::option::of(0..20u64))
            .prop_map(|(g, id, read)| Op::SetGroup(g, id, read)),
        1 => (group(), id()).prop_map(|(g, id)| Op::RaiseGroup(g, id)),
        1 => (group(), consumer()).prop_map(|(g, c)| Op::CreateConsumer(g, c)),
        1 => (group(), consumer()).prop_map(|(g, c)| Op::DeleteConsumer(g, c)),
        12 => (group(), consumer(), 0..5usize, prop::bool::weighted(0.1)).prop_map(
            |(group, consumer, count, noack)| Op::Read { group, consumer, count, noack }
        ),
        3 => (group(), consumer(), id(), 0..5usize).prop_map(|(group, consumer, after, count)| {
            Op::History { group, consumer, after, count }
        }),
        4 => (group(), consumer(), 0..4u64, 0..5usize).prop_map(
            |(group, consumer, min_idle, count)| Op::ClaimIdle { group, consumer, min_idle, count }
        ),
        4 => (group(), consumer(), id(), 0..9u64, claim()).prop_map(
            |(group, consumer, id, ago, claim)| Op::Claim { group, consumer, id, ago, claim }
        ),
        3 => (group(), consumer(), 0..4u64, id(), 1..4u64, any::<bool>()).prop_map(
            |(group, consumer, min_idle, start, count, just_id)| {
                let claim = AutoClaim { now: 0, min_idle, start, count, just_id };
                Op::AutoClaim { group, consumer, claim }
            }
        ),
        5 => (group(), id(), nack()).prop_map(|(g, id, nack)| Op::Nack(g, id, nack)),
        5 => (group(), id()).prop_map(|(g, id)| Op::Ack(g, id)),
    ]
}

pub fn ops() -> impl Strategy<Value = Vec<Op>> {
    prop::collection::vec(prop_oneof![log_op(), group_op()], 1..120)
}
