//! The fenced blocks of a lesson as text: what the page carries, and what the tests read.

/// One fenced block of a lesson file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Block {
    /// The words after the fence: `goal acked`, `hint`, `solution`.
    pub info: String,
    /// The line of the lesson file on which `text` begins, counted from 1.
    pub line: u32,
    /// What is inside the fence.
    pub text: String,
}

/// Starts a block in the text form; no block may contain such a line.
pub const MARK: &str = "%%% ";

/// Writes blocks as one text, to be carried in a page.
pub fn write(blocks: &[Block]) -> String {
    let mut out = String::new();
    for block in blocks {
        out.push_str(MARK);
        out.push_str(&block.line.to_string());
        out.push(' ');
        out.push_str(&block.info);
        out.push('\n');
        out.push_str(block.text.trim_end_matches('\n'));
        out.push('\n');
    }
    out
}

/// Reads what [`write`] wrote. Lines before the first mark and marks without a number are ignored:
/// the text comes with the page, and a damaged one shows as missing goals.
pub fn read(text: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    for line in text.lines() {
        if let Some((number, info)) = line.strip_prefix(MARK).and_then(|head| head.split_once(' '))
            && let Ok(line) = number.parse()
        {
            blocks.push(Block { info: info.to_owned(), line, text: String::new() });
        } else if let Some(block) = blocks.last_mut() {
            block.text.push_str(line);
            block.text.push('\n');
        }
    }
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let block =
            |info: &str, line, text: &str| Block { info: info.into(), line, text: text.into() };
        let blocks =
            [block("lesson", 1, "title: A\n"), block("goal x", 9, "Do it.\n  length a = 1\n")];
        assert_eq!(read(&write(&blocks)), blocks);
        assert_eq!(read("junk\n%%% x y\n"), []);
    }
}
