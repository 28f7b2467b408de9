//! Hostile texts as data, for every place that a stranger's text can reach.

/// The texts of `payloads.txt`, as bytes: not all of them are UTF-8.
pub fn payloads() -> Vec<Vec<u8>> {
    let (_about, texts) =
        include_str!("payloads.txt").split_once("\n\n").expect("texts follow a blank line");
    texts.lines().map(decode).collect()
}

/// Bytes of a line: see the head of the file.
fn decode(line: &str) -> Vec<u8> {
    if let Some((n, text)) = line.strip_prefix('{').and_then(|rest| rest.split_once(" times}")) {
        let n: usize = n.parse().expect("a number of times");
        return decode(text).repeat(n);
    }
    let mut bytes = Vec::new();
    let mut rest = line.chars();
    while let Some(c) = rest.next() {
        if c != '\\' {
            push(&mut bytes, c);
            continue;
        }
        match rest.next().expect("something is escaped") {
            'n' => bytes.push(b'\n'),
            'r' => bytes.push(b'\r'),
            't' => bytes.push(b'\t'),
            '0' => bytes.push(0),
            'x' => {
                let digits: String = rest.by_ref().take(2).collect();
                bytes.push(u8::from_str_radix(&digits, 16).expect("two hexadecimal digits"));
            }
            'u' => {
                let digits: String = rest.by_ref().skip(1).take_while(|c| *c != '}').collect();
                let number = u32::from_str_radix(&digits, 16).expect("hexadecimal digits");
                push(&mut bytes, char::from_u32(number).expect("a character"));
            }
            other => push(&mut bytes, other),
        }
    }
    bytes
}

fn push(bytes: &mut Vec<u8>, c: char) {
    bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
}
