//! What a command costs natively, in a small stream and in one of a million entries that are all
//! pending: `cargo bench --bench engine_cost`. Times decide no test; the ratio shows whether the
//! cost grows with the data.

use std::time::Instant;

use streamlanes::command::{ClientId, Profile, Server};

const SMALL: u64 = 10_000;
const LARGE: u64 = 1_000_000;
/// Commands that are timed at a time.
const N_TIMED: u64 = 200_000;

struct Bench {
    server: Server,
    client: ClientId,
    now: u64,
    out: Vec<u8>,
}

impl Bench {
    fn new() -> Bench {
        let mut server = Server::new(Profile::Redis810);
        let client = server.connect(1);
        Bench { server, client, now: 1_700_000_000_000, out: Vec::new() }
    }

    fn run(&mut self, words: &[&[u8]]) -> &[u8] {
        self.out.clear();
        self.server.execute(self.client, words, self.now, &mut self.out);
        &self.out
    }

    fn add(&mut self, n: u64) {
        for i in 0..n {
            self.now += u64::from(i % 3 == 0);
            self.run(&[b"XADD", b"s", b"*", b"item", b"tea", b"price", b"4095"]);
        }
    }

    /// A stream of `n` entries, all pending.
    fn filled(n: u64) -> Bench {
        let mut bench = Bench::new();
        bench.run(&[b"XGROUP", b"CREATE", b"s", b"g", b"0", b"MKSTREAM"]);
        bench.add(n);
        let read =
            [&b"XREADGROUP"[..], b"GROUP", b"g", b"c", b"COUNT", b"100", b"STREAMS", b"s", b">"];
        for _ in 0..n.div_ceil(100) {
            bench.run(&read);
        }
        bench
    }

    /// Nanoseconds of each XADD.
    fn time_add(&mut self) -> f64 {
        timed(N_TIMED, || self.add(N_TIMED))
    }

    /// Nanoseconds of each XREADGROUP of one entry with its XACK.
    fn time_work(&mut self) -> f64 {
        let read =
            [&b"XREADGROUP"[..], b"GROUP", b"g", b"c", b"COUNT", b"1", b"STREAMS", b"s", b">"];
        timed(N_TIMED, || {
            for _ in 0..N_TIMED {
                let reply = self.run(&read).to_vec();
                // The id stands in the third bulk string's line: `*1 *2 $1 s *1 *2 $n id …`.
                let id = reply.split(|&byte| byte == b'\n').nth(7).unwrap_or_default();
                let id = id.strip_suffix(b"\r").unwrap_or(id);
                let acked = self.run(&[b"XACK", b"s", b"g", id]);
                assert_eq!(acked, b":1\r\n");
            }
        })
    }
}

#[expect(clippy::disallowed_methods, reason = "a benchmark measures time")]
fn timed(n: u64, run: impl FnOnce()) -> f64 {
    let start = Instant::now();
    run();
    start.elapsed().as_nanos() as f64 / n as f64
}

fn main() {
    let mut results = Vec::new();
    for n in [SMALL, LARGE] {
        let mut bench = Bench::filled(n);
        let add = bench.time_add();
        let work = bench.time_work();
        println!("{n} entries, all pending: XADD {add:.0} ns, XREADGROUP and XACK {work:.0} ns");
        results.push((add, work));
    }
    if let [(small_add, small_work), (large_add, large_work)] = results[..] {
        let (add, work) = (large_add / small_add, large_work / small_work);
        println!("a hundred times the data: XADD x{add:.2}, XREADGROUP and XACK x{work:.2}");
    }
}
