//! Thousands of pending entries, of which only the ids are followed.

use std::collections::BTreeSet;

use streamlanes::engine::{
    Claim, ConsumerId, Deliver, GroupMut, IdmpConfig, Nack, NackMode, Name, NewId, NodeLimits,
    Recorder, Sink, Stream, StreamId,
};

pub struct Crowd {
    stream: Stream,
    pending: BTreeSet<StreamId>,
    sink: Sink,
    key: Name,
    now: u64,
    next_ms: u64,
    random: u64,
}

impl Crowd {
    pub fn new() -> Crowd {
        let (mut sink, key) = (Sink::default(), Name::from(&b"s"[..]));
        let mut stream = Stream::new(IdmpConfig::DEFAULT);
        stream.create_group(
            b"g",
            StreamId::MIN,
            Some(0),
            &mut Recorder::new(&mut sink, 0, &key, 0),
        );
        Crowd { stream, pending: BTreeSet::new(), sink, key, now: 0, next_ms: 1, random: 7 }
    }

    fn below(&mut self, n: u64) -> u64 {
        self.random = self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.random >> 33) % n
    }

    /// Calls `act` with the group and one of its three consumers.
    fn act<T>(
        &mut self,
        act: impl FnOnce(&mut GroupMut<'_>, ConsumerId, &mut Recorder<'_>) -> T,
    ) -> T {
        let name = [&b"a"[..], b"b", b"c"][self.below(3) as usize];
        let rec = &mut Recorder::new(&mut self.sink, 0, &self.key, self.now);
        let mut group = self.stream.group_mut(b"g").unwrap();
        let consumer = group.open_consumer(name, self.now, rec);
        act(&mut group, consumer, rec)
    }

    pub fn append(&mut self, n: u64) {
        for _ in 0..n {
            let id = StreamId::new(self.next_ms, 0);
            self.next_ms += 1 + self.below(3);
            let rec = &mut Recorder::new(&mut self.sink, 0, &self.key, self.now);
            let fields: [&[u8]; 2] = [b"f", b"v"];
            let id = self.stream.append(NewId::Exact(id), &fields, NodeLimits::DEFAULT, 0, rec);
            self.pending.insert(id.unwrap());
        }
    }

    pub fn deliver_all(&mut self) {
        self.now += 1;
        let how = Deliver::new(self.now);
        let next = |crowd: &mut Crowd| {
            crowd.act(|group, to, rec| group.deliver_next(to, how, rec).map(|entry| entry.id))
        };
        while let Some(id) = next(self) {
            assert!(self.pending.contains(&id));
        }
    }

    /// Acks mostly; half of all at the old end, as real readers do, the others anywhere.
    pub fn work(&mut self, n: u64) {
        for turn in 0..n {
            let from = if turn % 2 == 0 { 0 } else { self.below(self.next_ms) };
            let Some(id) = self.pending.range(StreamId::new(from, 0)..).next().copied() else {
                continue;
            };
            match self.below(10) {
                0 => {
                    let nack = Nack { mode: NackMode::Fail, retry_count: None, force: false };
                    assert!(self.act(|group, _, rec| group.nack(id, &nack, rec)));
                }
                1..3 => self.claim(id),
                _ => {
                    assert!(self.act(|group, _, rec| group.ack(id, rec)));
                    self.pending.remove(&id);
                    if self.below(4) == 0 {
                        // FORCE brings it back, in the middle of full chunks.
                        self.claim(id);
                        self.pending.insert(id);
                    }
                }
            }
        }
    }

    fn claim(&mut self, id: StreamId) {
        let claim = Claim {
            now: self.now,
            min_idle: 0,
            delivery_time: self.below(self.now + 1),
            retry_count: None,
            just_id: false,
            force: true,
            drop_gone: true,
        };
        self.act(|group, to, rec| _ = group.claim(id, to, &claim, rec));
    }

    pub fn check(&mut self) {
        let middle = StreamId::new(self.below(self.next_ms), 0);
        self.stream.check_invariants();
        let group = self.stream.group(b"g").unwrap();
        assert_eq!(group.n_pending(), self.pending.len() as u64);
        for start in [StreamId::MIN, middle] {
            let pending = group.pending_range(start, StreamId::MAX).map(|p| p.id);
            assert!(pending.eq(self.pending.range(start..).copied()));
        }
    }
}
