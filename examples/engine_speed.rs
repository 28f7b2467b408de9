use std::time::Instant;
use streamlanes::engine::*;
#[allow(clippy::disallowed_methods)]
fn time(what: &str, n: usize, f: impl FnOnce()) {
    let start = Instant::now();
    f();
    println!("{what:32} {:8.1} ns", start.elapsed().as_nanos() as f64 / n as f64);
}
fn main() {
    for n in [1_000usize, 100_000, 1_000_000] {
        println!("--- {n}");
        let mut store = Store::new();
        let pool: Vec<(String, String)> =
            (0..1000).map(|i| (format!("item-{i:011}"), format!("user-{:011}", i * 7))).collect();
        let base = 1_700_000_000_000u64;
        for round in 0..2 {
            store.flush_all(0);
            time(if round == 0 { "append cold" } else { "append" }, n, || {
                for i in 0..n {
                    let (a, b) = &pool[i % 1000];
                    let fields: [&[u8]; 4] = [b"item", a.as_bytes(), b"user", b.as_bytes()];
                    let now = base + i as u64 / 3;
                    let StreamMut { stream, mut rec } =
                        store.stream_or_create(0, b"orders", IdmpConfig::DEFAULT, now).unwrap();
                    stream
                        .append(NewId::Auto, &fields, NodeLimits::DEFAULT, now, &mut rec)
                        .unwrap();
                }
            });
        }
        time("lookup", n, || {
            let mut k = 0;
            for _ in 0..n {
                k += store.stream(0, std::hint::black_box(b"orders")).unwrap().unwrap().len();
            }
            std::hint::black_box(k);
        });
        time("range pages of 100", n, || {
            let stream = store.stream(0, b"orders").unwrap().unwrap();
            let (mut after, mut sum) = (StreamId::MIN, 0);
            loop {
                let mut k = 0;
                for e in stream.after(after).take(100) {
                    after = e.id;
                    k += 1;
                    for (f, v) in e.fields() {
                        sum += f.len() + v.len();
                    }
                }
                if k == 0 {
                    break;
                }
            }
            std::hint::black_box(sum);
        });
        time("revrange all", n, || {
            let stream = store.stream(0, b"orders").unwrap().unwrap();
            let mut sum = 0;
            for e in stream.range_rev(StreamId::MIN, StreamId::MAX) {
                for (f, v) in e.fields() {
                    sum += f.len() + v.len();
                }
            }
            std::hint::black_box(sum);
        });
        let ids: Vec<StreamId> = store
            .stream(0, b"orders")
            .unwrap()
            .unwrap()
            .after(StreamId::MIN)
            .map(|e| e.id)
            .collect();
        time("get random", n, || {
            let stream = store.stream(0, b"orders").unwrap().unwrap();
            let mut k = 7usize;
            let mut s = 0;
            for _ in 0..n {
                k = (k * 7919 + 13) % n;
                s += stream.get(ids[k]).unwrap().n_fields();
            }
            std::hint::black_box(s);
        });
        {
            let StreamMut { stream, mut rec } = store.stream_mut(0, b"orders", 0).unwrap().unwrap();
            for g in [b"g", b"h"] {
                stream.create_group(g, StreamId::MIN, Some(0), &mut rec);
            }
        }
        let names: [&[u8]; 4] = [b"alice", b"bob", b"carol", b"dave"];
        time("deliver 1 + ack", n, || {
            for i in 0..n {
                let now = base + n as u64 + i as u64 / 5;
                let StreamMut { stream, mut rec } =
                    store.stream_mut(0, b"orders", now).unwrap().unwrap();
                let mut g = stream.group_mut(b"g").unwrap();
                let c = g.open_consumer(names[i % 4], now, &mut rec);
                let id = g.deliver_next(c, Deliver::new(now), &mut rec).unwrap().id;
                let StreamMut { stream, mut rec } =
                    store.stream_mut(0, b"orders", now).unwrap().unwrap();
                assert!(stream.group_mut(b"g").unwrap().ack(id, &mut rec));
            }
        });
        time("deliver all, pending stays", n, || {
            for i in 0..n {
                let now = base + n as u64 + i as u64 / 5;
                let StreamMut { stream, mut rec } =
                    store.stream_mut(0, b"orders", now).unwrap().unwrap();
                let mut g = stream.group_mut(b"h").unwrap();
                let c = g.open_consumer(names[i % 4], now, &mut rec);
                g.deliver_next(c, Deliver::new(now), &mut rec).unwrap();
            }
        });
        time("claim random", n, || {
            let mut k = 7usize;
            for i in 0..n {
                k = (k * 7919 + 13) % n;
                let now = base + 3 * n as u64 + i as u64 / 5;
                let StreamMut { stream, mut rec } =
                    store.stream_mut(0, b"orders", now).unwrap().unwrap();
                let mut g = stream.group_mut(b"h").unwrap();
                let c = g.open_consumer(names[i % 4], now, &mut rec);
                g.claim(
                    ids[k],
                    c,
                    &Claim {
                        now,
                        min_idle: 0,
                        delivery_time: now,
                        retry_count: None,
                        just_id: false,
                        force: false,
                    },
                    &mut rec,
                );
            }
        });
        time("ack random", n, || {
            let mut k = 7usize;
            for _ in 0..n {
                k = (k * 7919 + 13) % n;
                let StreamMut { stream, mut rec } =
                    store.stream_mut(0, b"orders", 0).unwrap().unwrap();
                std::hint::black_box(stream.group_mut(b"h").unwrap().ack(ids[k], &mut rec));
            }
        });
        time("append maxlen 1000 approx", n, || {
            for i in 0..n {
                let (a, b) = &pool[i % 1000];
                let fields: [&[u8]; 4] = [b"item", a.as_bytes(), b"user", b.as_bytes()];
                let now = base + i as u64 / 3;
                let StreamMut { stream, mut rec } =
                    store.stream_or_create(0, b"w4", IdmpConfig::DEFAULT, now).unwrap();
                stream.append(NewId::Auto, &fields, NodeLimits::DEFAULT, now, &mut rec).unwrap();
                stream.trim(
                    &Trim {
                        by: TrimBy::MaxLen(1000),
                        approx: true,
                        limit: 10000,
                        refs: RefPolicy::KeepRef,
                    },
                    &mut rec,
                );
            }
        });
        time("append maxlen 1000 exact", n, || {
            for i in 0..n {
                let (a, b) = &pool[i % 1000];
                let fields: [&[u8]; 4] = [b"item", a.as_bytes(), b"user", b.as_bytes()];
                let now = base + i as u64 / 3;
                let StreamMut { stream, mut rec } =
                    store.stream_or_create(0, b"w5", IdmpConfig::DEFAULT, now).unwrap();
                stream.append(NewId::Auto, &fields, NodeLimits::DEFAULT, now, &mut rec).unwrap();
                stream.trim(
                    &Trim {
                        by: TrimBy::MaxLen(1000),
                        approx: false,
                        limit: 0,
                        refs: RefPolicy::KeepRef,
                    },
                    &mut rec,
                );
            }
        });
        time("delete front to back", n, || {
            for id in &ids {
                let StreamMut { stream, mut rec } =
                    store.stream_mut(0, b"orders", 0).unwrap().unwrap();
                stream.delete(*id, &mut rec);
            }
        });
    }
}
