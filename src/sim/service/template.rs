//! What a producer writes: words with places that are filled anew for each message.

use std::rc::Rc;

use crate::command::Words;
use crate::engine::StreamId;
use crate::sim::line::join;
use crate::sim::rng::Rng;
use crate::sim::words::Refusal;

/// Fields and values with places to fill.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Template {
    /// As written, to show it.
    words: Rc<[Vec<u8>]>,
    pieces: Rc<[Piece]>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Piece {
    Text(Vec<u8>),
    /// `{n}`: the number of the message.
    Number,
    /// `{key}`: drawn from KEYS.
    Key,
    /// `{name}`: who writes.
    Name,
    /// `{id}`: the entry that a stage works on.
    Id,
    /// `{1..6}`: any of them.
    Between(u64, u64),
    /// `{tea|coffee}`: one of them.
    Choice(Vec<Vec<u8>>),
    EndWord,
}

/// What fills the places.
#[derive(Clone, Copy, Debug)]
pub struct Filling<'a> {
    /// `{n}`
    pub number: u64,
    /// `{key}`
    pub key: u64,
    /// `{name}`
    pub name: &'a str,
    /// `{id}`
    pub id: StreamId,
}

const PLACES: &str = "{n}, {key}, {name}, {id}, {1..6}, {tea|coffee}";

impl Template {
    /// Reads fields and values; a place stands in braces.
    ///
    /// # Errors
    /// When their number is odd, or a place is unknown.
    pub fn parse(words: &[Vec<u8>]) -> Result<Template, Refusal> {
        if words.is_empty() || !words.len().is_multiple_of(2) {
            return Err(Refusal::new(
                "FIELDS takes pairs and ends the line: FIELDS order {n} amount {1..500}",
            ));
        }
        let mut pieces = Vec::new();
        for word in words {
            push_pieces(&mut pieces, word)?;
            pieces.push(Piece::EndWord);
        }
        Ok(Template { words: words.into(), pieces: pieces.into() })
    }

    /// Appends the words of one message.
    pub fn fill(&self, filling: Filling<'_>, rng: &mut Rng, words: &mut Words) {
        for piece in self.pieces.iter() {
            match piece {
                Piece::Text(text) => words.append(text),
                Piece::Number => words.append_number(filling.number),
                Piece::Key => words.append_number(filling.key),
                Piece::Name => words.append(filling.name.as_bytes()),
                Piece::Id => words.append_id(filling.id),
                Piece::Between(low, high) => words.append_number(rng.between(*low, *high)),
                Piece::Choice(choices) => {
                    let choice_idx = rng.below(choices.len() as u64) as usize;
                    words.append(choices.get(choice_idx).map_or(b"", Vec::as_slice));
                }
                Piece::EndWord => words.end_word(),
            }
        }
    }

    /// As it was written.
    pub fn show(&self) -> String {
        join(&self.words)
    }
}

fn push_pieces(pieces: &mut Vec<Piece>, word: &[u8]) -> Result<(), Refusal> {
    let mut rest = word;
    while let Some(open) = rest.iter().position(|byte| *byte == b'{') {
        let unknown = || {
            let word = String::from_utf8_lossy(word);
            Refusal::new(format!("'{word}' has an unknown place: write one of {PLACES}"))
        };
        let (before, from) = rest.split_at(open);
        let close = from.iter().position(|byte| *byte == b'}').ok_or_else(unknown)?;
        if !before.is_empty() {
            pieces.push(Piece::Text(before.to_vec()));
        }
        pieces.push(place(from.get(1..close).unwrap_or_default()).ok_or_else(unknown)?);
        rest = from.get(close + 1..).unwrap_or_default();
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest.to_vec()));
    }
    Ok(())
}

fn place(inside: &[u8]) -> Option<Piece> {
    if inside.contains(&b'|') {
        let choices = inside.split(|byte| *byte == b'|').map(<[u8]>::to_vec);
        return Some(Piece::Choice(choices.collect()));
    }
    match std::str::from_utf8(inside).ok()? {
        "n" => Some(Piece::Number),
        "key" => Some(Piece::Key),
        "name" => Some(Piece::Name),
        "id" => Some(Piece::Id),
        range => {
            let (low, high) = range.split_once("..")?;
            let (low, high) = (low.parse().ok()?, high.parse().ok()?);
            (low <= high).then_some(Piece::Between(low, high))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::line::split;

    #[test]
    fn places_are_filled() {
        let words = split("order {n} who c{key}@{name} of {id} x{3..3} {a|a}!{a|a}").unwrap();
        let template = Template::parse(&words).unwrap();
        let filling = Filling { number: 7, key: 4, name: "web", id: StreamId::new(5, 1) };
        let mut filled = Words::default();
        template.fill(filling, &mut Rng::for_actor(1, "web"), &mut filled);
        let filled: Vec<_> = filled.iter().map(<[u8]>::to_vec).collect();
        assert_eq!(join(&filled), "order 7 who c4@web of 5-1 x3 a!a");
        assert_eq!(split(&template.show()).unwrap(), words);
    }

    #[test]
    fn unknown_places_are_refused_with_the_known_ones() {
        for line in ["a", "a b c", "a {", "a {x}", "a {5..1}", "a {1..}", "a {}"] {
            let refused = Template::parse(&split(line).unwrap()).unwrap_err().0;
            assert!(refused.contains("{n}"), "{line}: {refused}");
        }
    }
}
