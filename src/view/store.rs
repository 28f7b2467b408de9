//! What the browser's store holds of a session, and how to bring it up to date.
//!
//! One record for each input of the journal, numbered by its place. A record checks itself, so that
//! damage costs the damaged records and nothing else.

use crate::sim::Input;

/// A change to the stored records.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Edit {
    /// Write the record of that number.
    Put(u64, String),
    /// Remove it.
    Delete(u64),
}

/// What the store holds, as far as we know.
#[derive(Clone, Debug, Default)]
pub struct Mirror {
    journal: Vec<Input>,
}

impl Mirror {
    /// A store that holds exactly this.
    pub fn of(journal: &[Input]) -> Mirror {
        Mirror { journal: journal.to_vec() }
    }

    /// The edits that write inputs into the store before they are applied, behind the first
    /// `n_applied` of the journal. Whatever the store holds beyond them goes: it is the future that
    /// these inputs discard.
    pub fn edits_ahead(&mut self, n_applied: usize, inputs: &[Input]) -> Vec<Edit> {
        let n_known = self.journal.len();
        self.journal.truncate(n_applied);
        let start = self.journal.len();
        self.journal.extend_from_slice(inputs);
        let puts = (start..).zip(inputs).map(|(idx, input)| Edit::Put(number(idx), encode(input)));
        puts.chain((self.journal.len()..n_known).map(|idx| Edit::Delete(number(idx)))).collect()
    }

    /// The edits that make the store hold `journal`; from then on it counts as doing so.
    pub fn edits(&mut self, journal: &[Input]) -> Vec<Edit> {
        let n_known = self.journal.len();
        let grew = n_known <= journal.len()
            && self.journal.last() == n_known.checked_sub(1).and_then(|idx| journal.get(idx));
        // A journal that only grew has the same last input at the same place. (One that was also
        // changed further down would have been cut there first, which we would have seen.)
        let n_same = if grew {
            n_known
        } else {
            std::iter::zip(&self.journal, journal).take_while(|(old, new)| old == new).count()
        };
        let put =
            (n_same..).zip(&journal[n_same..]).map(|(idx, it)| Edit::Put(number(idx), encode(it)));
        let delete = (journal.len()..n_known).map(|idx| Edit::Delete(number(idx)));
        let edits = put.chain(delete).collect();
        self.journal.truncate(n_same);
        self.journal.extend_from_slice(&journal[n_same..]);
        edits
    }
}

/// What could be read from a store.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Restored {
    /// The inputs, in order.
    pub journal: Vec<Input>,
    /// How many records could not be read.
    pub n_damaged: usize,
}

/// Reads the records of a store, leaving out what is damaged and the record `set_aside`.
pub fn restore(records: &[(u64, Option<String>)], set_aside: Option<u64>) -> Restored {
    let mut restored = Restored::default();
    for (number, text) in records {
        if Some(*number) == set_aside {
            continue;
        }
        match text.as_deref().and_then(decode) {
            Some(input) => restored.journal.push(input),
            None => restored.n_damaged += 1,
        }
    }
    restored
}

/// An input as a record: a checksum, the time, the length of the client's name, the name, the line.
pub fn encode(input: &Input) -> String {
    let Input { at, who, line } = input;
    let body = format!("{at} {} {who} {line}", who.len());
    format!("{:08x} {body}", checksum(&body))
}

/// The input of a record; `None` when the record is damaged.
pub fn decode(record: &str) -> Option<Input> {
    let (sum, body) = record.split_once(' ')?;
    if u32::from_str_radix(sum, 16).ok()? != checksum(body) {
        return None;
    }
    let (at, rest) = body.split_once(' ')?;
    let (who_len, rest) = rest.split_once(' ')?;
    let (who, line) = rest.split_at_checked(who_len.parse().ok()?)?;
    let line = line.strip_prefix(' ')?;
    Some(Input { at: at.parse().ok()?, who: who.into(), line: line.into() })
}

/// Places in the journal count from 0, as the numbers of records do.
fn number(idx: usize) -> u64 {
    idx as u64
}

/// FNV-1a, 32 bits: enough to notice damage; nobody has to be kept from forging their own store.
fn checksum(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(at: u64, who: &str, line: &str) -> Input {
        Input { at, who: who.into(), line: line.into() }
    }

    #[test]
    fn a_record_reads_back_whatever_the_names_are() {
        for input in [
            input(1_700_000_000_000, "you", "XADD orders * item tea"),
            input(0, "", ""),
            input(u64::MAX, "a b 3 c", " \t\n\u{1f375} \"x"),
        ] {
            assert_eq!(decode(&encode(&input)), Some(input));
        }
    }

    #[test]
    fn damage_is_noticed_and_costs_only_the_damaged_record() {
        let good = encode(&input(5, "you", "XLEN a"));
        for end in 0..good.len() {
            assert_eq!(decode(&good[..end]), None, "{end}");
        }
        let damaged = good.replace("XLEN", "XLEM");
        let records =
            [(0, Some(good.clone())), (1, Some(damaged)), (2, None), (7, Some(good.clone()))];
        let kept = input(5, "you", "XLEN a");
        let journal = vec![kept.clone(), kept.clone()];
        assert_eq!(restore(&records, None), Restored { journal, n_damaged: 2 });
        let journal = vec![kept];
        assert_eq!(restore(&records, Some(7)), Restored { journal, n_damaged: 2 });
    }

    #[test]
    fn edits_follow_growth_forks_and_undo() {
        let [a, b, c] = ["a", "b", "c"].map(|line| input(1, "you", line));
        let mut mirror = Mirror::default();
        let put = |number, input: &Input| Edit::Put(number, encode(input));
        assert_eq!(mirror.edits(&[a.clone(), b.clone()]), [put(0, &a), put(1, &b)]);
        assert_eq!(mirror.edits(&[a.clone(), b.clone()]), []);
        assert_eq!(mirror.edits(&[a.clone(), b.clone(), c.clone()]), [put(2, &c)]);
        assert_eq!(mirror.edits(&[a.clone(), c.clone()]), [put(1, &c), Edit::Delete(2)]);
        assert_eq!(mirror.edits(&[]), [Edit::Delete(0), Edit::Delete(1)]);
    }

    #[test]
    fn what_was_written_ahead_needs_no_edit_afterwards() {
        let [a, b, c, d] = ["a", "b", "c", "d"].map(|line| input(1, "you", line));
        let mut mirror = Mirror::of(&[a.clone(), b, c]);
        let ahead = mirror.edits_ahead(1, std::slice::from_ref(&d));
        assert_eq!(ahead, [Edit::Put(1, encode(&d)), Edit::Delete(2)]);
        assert_eq!(mirror.edits(&[a, d]), []);
    }
}
