//! One lesson file: its head, its fenced blocks, its prose.

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, CowStr, Event, Options, Parser, Tag, TagEnd};
use streamlanes::lesson::block::MARK;
use streamlanes::lesson::{Block, Prediction};

use crate::demo::Demo;
use crate::page;
use crate::strings::Strings;

/// A lesson's text, read.
#[derive(Clone, Debug)]
pub struct Prose {
    /// The head and every fenced block, in their order.
    pub blocks: Vec<Block>,
    /// The prose as HTML.
    pub html: String,
    /// How many demonstrations stand in it.
    pub n_demos: usize,
    /// Links: their line and where they lead.
    pub links: Vec<(u32, String)>,
    /// Code inside of sentences, with its line.
    pub codes: Vec<(u32, String)>,
}

/// A line of the file and what is wrong there.
pub type Mistake = (u32, String);

/// Reads a lesson file. `number` is the lesson's place in the course (`4.3`).
///
/// # Errors
/// Every mistake with its line: no head, raw HTML, links that lead elsewhere than to a lesson or to
/// an `https` address.
pub fn read(text: &str, number: &str, strings: &Strings) -> Result<Prose, Vec<Mistake>> {
    let text = text.replace("\r\n", "\n");
    let (head, body_at) = head(&text, number).map_err(|mistake| vec![mistake])?;
    let lines = Lines::of(&text);
    let mut reader = Reader {
        lines,
        strings,
        blocks: vec![head],
        links: Vec::new(),
        codes: Vec::new(),
        mistakes: Vec::new(),
        open: None,
    };
    let options = Options::ENABLE_TABLES;
    let events = Parser::new_ext(&text[body_at..], options).into_offset_iter();
    let events: Vec<_> = events
        .filter_map(|(event, range)| {
            reader.event(event, range.start + body_at..range.end + body_at)
        })
        .collect();
    if !reader.mistakes.is_empty() {
        return Err(reader.mistakes);
    }
    let mut html = String::new();
    pulldown_cmark::html::push_html(&mut html, events.into_iter());
    let n_demos = reader.blocks.iter().filter(|block| block.info.starts_with("demo")).count();
    Ok(Prose { blocks: reader.blocks, html, n_demos, links: reader.links, codes: reader.codes })
}

/// The head between two lines `---`, as a block; and where the rest begins.
fn head(text: &str, number: &str) -> Result<(Block, usize), Mistake> {
    let missing = || {
        (
            1,
            "a lesson begins with a head: a line `---`, `title: …`, `about: …`, a line `---`"
                .into(),
        )
    };
    let rest = text.strip_prefix("---\n").ok_or_else(missing)?;
    let end = rest.find("\n---\n").ok_or_else(missing)?;
    let mut head = rest[..end].to_owned();
    head.push_str(&format!("\nnumber: {number}\n"));
    let block = Block { info: "lesson".to_owned(), line: 2, text: head };
    Ok((block, 4 + end + 5))
}

/// Where lines begin, to turn offsets into line numbers.
struct Lines(Vec<usize>);

impl Lines {
    fn of(text: &str) -> Lines {
        let starts = text.match_indices('\n').map(|(at, _)| at + 1);
        Lines(std::iter::once(0).chain(starts).collect())
    }

    fn number(&self, offset: usize) -> u32 {
        self.0.partition_point(|start| *start <= offset) as u32
    }
}

struct Reader<'s> {
    lines: Lines,
    strings: &'s Strings,
    blocks: Vec<Block>,
    links: Vec<(u32, String)>,
    codes: Vec<(u32, String)>,
    mistakes: Vec<Mistake>,
    open: Option<Block>,
}

impl Reader<'_> {
    /// Keeps what belongs to the lesson and passes on what belongs to the prose.
    fn event<'a>(&mut self, event: Event<'a>, range: Range<usize>) -> Option<Event<'a>> {
        let line = self.lines.number(range.start);
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                self.open =
                    Some(Block { info: info.to_string(), line: line + 1, text: String::new() });
                None
            }
            Event::Text(text) if self.open.is_some() => {
                if let Some(block) = &mut self.open {
                    block.text.push_str(&text);
                }
                None
            }
            Event::End(TagEnd::CodeBlock) if self.open.is_some() => {
                let block = self.open.take()?;
                for (n, line) in (block.line..).zip(block.text.lines()) {
                    if line.starts_with(MARK) {
                        let what = "a line may not begin with `%%% `: the page would take it for a \
                                    block";
                        self.mistakes.push((n, what.to_owned()));
                    }
                }
                let html = self.html_of(&block);
                self.blocks.push(block);
                html.map(|html| Event::Html(CowStr::from(html)))
            }
            Event::Html(_) | Event::InlineHtml(_) => {
                let what = "write Markdown, not HTML: pages are made by the build";
                self.mistakes.push((line, what.to_owned()));
                None
            }
            Event::Start(Tag::Image { .. }) => {
                let what = "a lesson has no images: the lanes are the picture";
                self.mistakes.push((line, what.to_owned()));
                None
            }
            Event::Start(Tag::Link { dest_url, link_type, title, id }) => {
                let lesson = dest_url.ends_with(".html") && !dest_url.contains(['/', ':']);
                if !lesson && !dest_url.starts_with("https://") {
                    let what = format!(
                        "`{dest_url}` leads nowhere: link to a lesson (`4.3-name.html`) or \
                         `https://…`"
                    );
                    self.mistakes.push((line, what));
                }
                self.links.push((line, dest_url.to_string()));
                Some(Event::Start(Tag::Link { dest_url, link_type, title, id }))
            }
            Event::Code(code) => {
                self.codes.push((line, code.to_string()));
                Some(Event::Code(code))
            }
            other => Some(other),
        }
    }

    /// What the prose shows where a block stands; goals, hints and scripts stand elsewhere.
    fn html_of(&mut self, block: &Block) -> Option<String> {
        let (kind, name) = block.info.split_once(' ').unwrap_or((block.info.as_str(), ""));
        let strings = self.strings;
        match kind {
            "redis" => Some(page::run(strings, name.trim(), &block.text)),
            "reply" => Some(page::reply(&block.text)),
            "predict" => Prediction::parse(name.trim(), block.line, &block.text)
                .ok()
                .map(|prediction| page::prediction(strings, &prediction)),
            "question" => Prediction::parse_question(name.trim(), block.line, &block.text)
                .ok()
                .map(|question| page::prediction(strings, &question)),
            "demo" => {
                let demo = Demo::parse(name.trim(), block.line, &block.text);
                match demo.and_then(|demo| Ok(page::demo(strings, &demo.caption, &demo.play()?))) {
                    Ok(html) => Some(html),
                    Err(mistake) => {
                        self.mistakes.push(mistake);
                        None
                    }
                }
            }
            "" => Some(page::quote(&block.text)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "---\ntitle: A\nabout: b\n---\n";

    #[test]
    fn blocks_keep_their_lines_and_prose_its_html() {
        let text =
            format!("{HEAD}\nSay *hi*.\n\n```redis alice\nPING\n```\n\n```hint\nThink\n```\n");
        let prose = read(&text, "1.1", &Strings::english()).unwrap();
        let blocks: Vec<_> = prose.blocks.iter().map(|b| (b.info.as_str(), b.line)).collect();
        assert_eq!(blocks, [("lesson", 2), ("redis alice", 9), ("hint", 13)]);
        assert!(prose.html.contains("<em>hi</em>"), "{}", prose.html);
        assert!(prose.html.contains("data-client=\"alice\""), "{}", prose.html);
        assert!(!prose.html.contains("Think"), "{}", prose.html);
    }

    #[test]
    fn mistakes_name_their_line() {
        for (body, line, part) in [
            ("text\n\n<script>alert(1)</script>\n", 7, "not HTML"),
            ("a <b>c</b>\n", 5, "not HTML"),
            ("[x](javascript:alert)\n", 5, "leads nowhere"),
            ("![x](a.png)\n", 5, "no images"),
            ("```demo a\nPING\n```\n", 6, "at least two steps"),
            ("```demo a\nPING\nwait x\n```\n", 7, "write `wait 5s`"),
        ] {
            let mistakes = read(&format!("{HEAD}{body}"), "1.1", &Strings::english()).unwrap_err();
            assert_eq!(mistakes[0].0, line, "{body}");
            assert!(mistakes[0].1.contains(part), "{body}: {mistakes:?}");
        }
        let mistakes = read("no head", "1.1", &Strings::english()).unwrap_err();
        assert!(mistakes[0].1.contains("begins with a head"));
    }
}
