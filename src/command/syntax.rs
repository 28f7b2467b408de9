//! The `syntax` of a [`Spec`](super::Spec) as a tree.
//!
//! ```text
//! sequence  = item …
//! item      = WORD (a keyword) | word (a parameter) | [ choice ] | < choice >
//! choice    = sequence | sequence | …
//! [ x ... ]   any number of times
//! ```

/// A part of a command's syntax.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Node {
    /// A word that is typed as it stands: in capitals, or one of `*`, `=`, `~`.
    Keyword(&'static str),
    /// A word that stands for something: `key`, `count`.
    Param(&'static str),
    /// One after the other.
    Sequence(Vec<Node>),
    /// Exactly one of several.
    OneOf(Vec<Node>),
    /// Once or not at all.
    Optional(Box<Node>),
    /// Any number of times, also none.
    Repeated(Box<Node>),
}

/// Why a syntax cannot be read: a mistake in a Spec, found by a test.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Malformed {
    /// Where, in bytes.
    pub at: usize,
    /// What was expected there.
    pub expected: &'static str,
}

/// Reads a syntax; the items of its top sequence, in order.
///
/// # Errors
/// [`Malformed`]
pub fn parse(syntax: &'static str) -> Result<Vec<Node>, Malformed> {
    let mut reader = Reader { text: syntax, at: 0 };
    let (items, repeated) = reader.sequence()?;
    if repeated || reader.at < syntax.len() {
        return Err(Malformed { at: reader.at, expected: "the end" });
    }
    Ok(items)
}

struct Reader {
    text: &'static str,
    at: usize,
}

impl Reader {
    /// The next token without taking it: a bracket, a bar, or a word.
    fn peek(&mut self) -> Option<&'static str> {
        let rest = self.text.get(self.at..)?;
        let trimmed = rest.trim_start();
        self.at += rest.len() - trimmed.len();
        let first = trimmed.chars().next()?;
        if matches!(first, '[' | ']' | '<' | '>' | '|') {
            return trimmed.get(..1);
        }
        let end = trimmed.find([' ', '[', ']', '<', '>', '|']).unwrap_or(trimmed.len());
        trimmed.get(..end)
    }

    /// Items up to a bar, a closing bracket or the end; and whether `...` ended them.
    fn sequence(&mut self) -> Result<(Vec<Node>, bool), Malformed> {
        let mut items = Vec::new();
        loop {
            match self.peek() {
                None | Some("|" | "]" | ">") => return Ok((items, false)),
                Some("...") => {
                    self.at += 3;
                    return Ok((items, true));
                }
                Some("[") => {
                    self.at += 1;
                    let (node, repeated) = self.choice("]")?;
                    let node = Box::new(node);
                    items.push(match repeated {
                        true => Node::Repeated(node),
                        false => Node::Optional(node),
                    });
                }
                Some("<") => {
                    self.at += 1;
                    let (node, repeated) = self.choice(">")?;
                    if repeated {
                        return Err(Malformed { at: self.at, expected: "no ... between < and >" });
                    }
                    items.push(node);
                }
                Some(word) => {
                    self.at += word.len();
                    items.push(terminal(word));
                }
            }
        }
    }

    /// Sequences between bars, up to and with the closing bracket.
    fn choice(&mut self, close: &'static str) -> Result<(Node, bool), Malformed> {
        let mut branches = Vec::new();
        let mut any_repeated = false;
        loop {
            let (mut items, repeated) = self.sequence()?;
            any_repeated |= repeated;
            let single = if items.len() == 1 { items.pop() } else { None };
            branches.push(single.unwrap_or(Node::Sequence(items)));
            match self.peek() {
                Some("|") => self.at += 1,
                Some(token) if token == close => {
                    self.at += 1;
                    let single = if branches.len() == 1 { branches.pop() } else { None };
                    return Ok((single.unwrap_or(Node::OneOf(branches)), any_repeated));
                }
                _ => return Err(Malformed { at: self.at, expected: "a closing bracket" }),
            }
        }
    }
}

fn terminal(word: &'static str) -> Node {
    let is_param = word.starts_with(|c: char| c.is_ascii_lowercase());
    if is_param { Node::Param(word) } else { Node::Keyword(word) }
}

impl Node {
    /// The first word of the part, whatever it is.
    pub fn first_name(&self) -> &'static str {
        match self {
            Node::Keyword(word) | Node::Param(word) => word,
            Node::Sequence(items) | Node::OneOf(items) => {
                items.first().map_or("", Node::first_name)
            }
            Node::Optional(inner) | Node::Repeated(inner) => inner.first_name(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_must_match() {
        for (syntax, at) in [("[a", 2), ("a]", 1), ("<a ...>", 7), ("a ...", 5), ("[a>", 2)] {
            assert_eq!(parse(syntax).unwrap_err().at, at, "{syntax}");
        }
    }
}
