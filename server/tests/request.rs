//! The request parser against the redis-protocol crate, and against Redis's own refusals.

use redis_protocol::resp2::decode::decode_range;
use redis_protocol::resp2::types::RangeFrame;
use streamlanes_server::request::{Parsed, Requests, Trust};

/// A small generator: the state is the seed.
struct Rng(u64);

impl Rng {
    fn below(&mut self, n: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % n
    }
}

fn frame(words: &[Vec<u8>]) -> Vec<u8> {
    let mut frame = format!("*{}\r\n", words.len()).into_bytes();
    for word in words {
        frame.extend_from_slice(format!("${}\r\n", word.len()).as_bytes());
        frame.extend_from_slice(word);
        frame.extend_from_slice(b"\r\n");
    }
    frame
}

fn random_words(rng: &mut Rng) -> Vec<Vec<u8>> {
    (0..1 + rng.below(12))
        .map(|_| {
            let len = if rng.below(20) == 0 { rng.below(5000) } else { rng.below(20) };
            (0..len).map(|_| b"\r\n$*:0a\0\xff"[rng.below(9)]).collect()
        })
        .collect()
}

/// What the crate makes of a whole frame.
fn words_by_crate(bytes: &[u8]) -> (Vec<Vec<u8>>, usize) {
    let (frame, n_bytes) = decode_range(bytes).unwrap().unwrap();
    let RangeFrame::Array(frames) = frame else { panic!("no array") };
    let words = frames.into_iter().map(|frame| match frame {
        RangeFrame::BulkString((start, end)) => bytes[start..end].to_vec(),
        other => panic!("no bulk string: {other:?}"),
    });
    (words.collect(), n_bytes)
}

#[test]
fn reads_what_the_crate_reads_however_it_is_cut() {
    let mut rng = Rng(1);
    for _ in 0..2_000 {
        let bytes = frame(&random_words(&mut rng));
        let expected = words_by_crate(&bytes);
        let mut requests = Requests::default();
        let mut n_there = 0;
        loop {
            let mut words = Vec::new();
            match requests.parse(&bytes[..n_there], Trust::Full, &mut words).unwrap() {
                Parsed::Incomplete => {
                    assert!(n_there < bytes.len());
                    n_there = bytes.len().min(n_there + 1 + rng.below(40));
                }
                Parsed::Command(n_bytes) => {
                    let words = words.iter().map(|word| word.to_vec()).collect();
                    assert_eq!((words, n_bytes), expected);
                    break;
                }
                other => panic!("{other:?}"),
            }
        }
    }
}

#[track_caller]
fn check(bytes: &[u8], trust: Trust, expected: Result<Parsed, &str>) {
    let parsed = Requests::default().parse(bytes, trust, &mut Vec::new());
    let parsed = parsed.map_err(|error| String::from_utf8(error.message()).unwrap());
    assert_eq!(parsed, expected.map_err(|text| format!("ERR Protocol error: {text}")));
}

#[test]
fn refuses_with_the_words_of_redis() {
    use Trust::{Full, Unknown};
    let long = vec![b'1'; 70_000];
    let long_after = |start: &[u8]| [start, &long].concat();
    for count in ["x", "", "+1", "01", "1048577", "99999999999999999999", " 1"] {
        let bytes = format!("*{count}\r\n");
        check(bytes.as_bytes(), Full, Err("invalid multibulk length"));
    }
    for count in ["x", "", "-1", "-0", "+1", "01", "536870913", "99999999999999999999"] {
        let bytes = format!("*1\r\n${count}\r\n");
        check(bytes.as_bytes(), Full, Err("invalid bulk length"));
    }
    check(b"*1\r\n:1\r\n", Full, Err("expected '$', got ':'"));
    check(b"*1\r\n\0\r\n", Full, Err("expected '$', got '"));
    check(b"*11\r\n", Unknown, Err("unauthenticated multibulk length"));
    check(b"*1\r\n$16385\r\n", Unknown, Err("unauthenticated bulk length"));
    check(b"*10\r\n$16384\r\n", Unknown, Ok(Parsed::Incomplete));
    check(&long, Full, Err("too big inline request"));
    check(&long_after(b"*"), Full, Err("too big mbulk count string"));
    check(&long_after(b"*1\r\n$"), Full, Err("too big bulk count string"));
    check(b"a \"b\r\n", Full, Err("unbalanced quotes in request"));
}

#[test]
fn skips_what_asks_for_nothing() {
    for bytes in [&b"\r\n"[..], b"\n", b"  \r\n", b"*0\r\n", b"*-1\r\n", b"*-7\r\n"] {
        check(bytes, Trust::Full, Ok(Parsed::Nothing(bytes.len())));
    }
    let words = vec![b"PING".to_vec(), b"a b".to_vec()];
    check(b"PING 'a b'\r\nx", Trust::Full, Ok(Parsed::Inline(12, words)));
    check(b"", Trust::Full, Ok(Parsed::Incomplete));
    check(b"*1048576\r\n$536870912\r\n", Trust::Full, Ok(Parsed::Incomplete));
}
