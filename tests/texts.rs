//! Sentences for users stand in one place, `src/view/text.rs` and the folder beside it, so that
//! they can be translated together.

use std::fs;
use std::path::Path;

/// Where texts stand.
const PLACE: &str = "src/view/text";
/// The layers that speak to users. (`command`, `resp` and `engine` hold Redis's own texts and the
/// table of commands, which is English like the commands themselves; `api` speaks to programmers.)
const LAYERS: [&str; 4] = ["lesson", "sim", "view", "ui"];
/// A literal with so many words of small letters is taken for a sentence.
const N_WORDS_MIN: usize = 3;

/// What may stand elsewhere: the start of a path, a part of the text (`""`: any), and why.
const ALLOWED: &[(&str, &str, &str)] = &[
    ("src/lesson/attempt.rs", "", AUTHORS),
    ("src/lesson/condition.rs", "", AUTHORS),
    ("src/lesson/file.rs", "", AUTHORS),
    ("src/lesson/pattern.rs", "", AUTHORS),
    ("src/lesson/prediction.rs", "", AUTHORS),
    ("src/sim/scenario.rs", "", AUTHORS),
    ("src/sim/control/", "", REPLIES),
    ("src/sim/service/", "", REPLIES),
    ("src/sim/session.rs", "", REPLIES),
    ("src/sim/session/controls.rs", "", REPLIES),
    ("src/sim/words.rs", "", REPLIES),
    ("src/sim/world/", "", REPLIES),
    ("src/ui/dom.rs", "is of another kind", "of a broken page, for whoever built it"),
    ("src/view/console/explain.rs", "ERR wrong number of arguments", "Redis's own text"),
    ("src/view/console/repeat.rs", "Invalid redis-cli repeat", "redis-cli's own text"),
];
const AUTHORS: &str = "a mistake in a file, told to whoever writes lessons or scenarios";
const REPLIES: &str = "what the world's own commands say and answer: part of the transcript, like \
                       Redis's replies, and so the same in every language";

/// Files that hold tests alone.
const TESTS: [&str; 2] = ["tests.rs", "leaks.rs"];

/// Every source below a folder, with its path and without its tests.
fn sources(folder: &Path, path: &str, found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).expect("a folder can be read") {
        let entry = entry.expect("a folder can be read");
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = format!("{path}/{name}");
        if entry.file_type().expect("an entry has a type").is_dir() {
            sources(&entry.path(), &path, found);
        } else if name.ends_with(".rs") && !TESTS.contains(&name.as_str()) {
            let text = fs::read_to_string(entry.path()).expect("sources are UTF-8");
            let text = text.split("\n#[cfg(test)]\nmod tests {").next().unwrap_or_default();
            found.push((path, text.to_owned()));
        }
    }
}

/// The string literals of a source: the line where each begins, what stands before it on that line,
/// and its text with the line breaks of the source taken out.
fn literals(source: &str) -> Vec<(usize, &str, String)> {
    let bytes = source.as_bytes();
    let mut literals = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let rest = &source[at..];
        if rest.starts_with("//") {
            at += rest.find('\n').unwrap_or(rest.len());
        } else if let Some(n) = n_bytes_of_char(rest) {
            at += n;
        } else if rest.starts_with("r\"") || rest.starts_with("r#\"") {
            let (open, close) = if rest.starts_with("r\"") { (2, "\"") } else { (3, "\"#") };
            let n = rest[open..].find(close).expect("a raw literal ends");
            literals.push(literal(source, at, &rest[open..open + n]));
            at += open + n + close.len();
        } else if rest.starts_with('"') {
            let mut end = 1;
            while !rest[end..].starts_with('"') {
                end += if rest.as_bytes()[end] == b'\\' { 2 } else { 1 };
                while !rest.is_char_boundary(end) {
                    end += 1;
                }
            }
            literals.push(literal(source, at, &rest[1..end]));
            at += end + 1;
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    literals
}

/// How long the character literal is with which this begins, if it does.
fn n_bytes_of_char(rest: &str) -> Option<usize> {
    let inside = rest.strip_prefix('\'')?;
    let inside_n = match inside.strip_prefix('\\') {
        Some(escaped) => 2 + escaped.get(1..)?.find('\'')?,
        None => inside.chars().next()?.len_utf8(),
    };
    inside.get(inside_n..)?.starts_with('\'').then_some(inside_n + 2)
}

fn literal<'s>(source: &'s str, at: usize, text: &str) -> (usize, &'s str, String) {
    let before = &source[..at];
    let line = before.matches('\n').count() + 1;
    let before = before.rsplit('\n').next().unwrap_or_default();
    let joined: Vec<&str> = text.split("\\\n").collect();
    let joined = joined.iter().map(|part| part.trim_start()).collect::<Vec<_>>().join("");
    (line, before, joined)
}

/// Whether a text is a sentence, or a good part of one.
fn is_sentence(text: &str) -> bool {
    let words = text.split_whitespace().map(|word| word.trim_matches(|c| ".,:;!?()'`".contains(c)));
    let is_word = |word: &&str| 1 < word.len() && word.bytes().all(|b| b.is_ascii_lowercase());
    N_WORDS_MIN <= words.filter(is_word).count()
}

/// Whether only whoever works on the code sees it.
fn is_for_programmers(before: &str) -> bool {
    let marks = [".expect(", "panic!(", "unreachable!(", "assert!(", "reason = ", "expect_throw("];
    marks.iter().any(|mark| before.ends_with(mark)) || before.trim_start().starts_with("#[")
}

#[test]
fn sentences_for_users_stand_in_one_place() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    for layer in LAYERS {
        sources(&root.join("src").join(layer), &format!("src/{layer}"), &mut found);
    }
    let mut is_used = vec![false; ALLOWED.len()];
    let mut problems = Vec::new();
    let mut n_in_place = 0;
    for (path, source) in &found {
        for (line, before, text) in literals(source) {
            if !is_sentence(&text) || is_for_programmers(before) {
                continue;
            }
            if path.starts_with(PLACE) {
                n_in_place += 1;
                continue;
            }
            let fits = |(file, part, _): &&(&str, &str, &str)| {
                path.starts_with(file) && text.contains(part)
            };
            match ALLOWED.iter().position(|row| fits(&row)) {
                Some(idx) => is_used[idx] = true,
                None => problems.push(format!("{path}:{line}: {text:?}: say it in {PLACE}")),
            }
        }
    }
    assert!(problems.is_empty(), "{} to put right:\n{}", problems.len(), problems.join("\n"));
    for (row, is_used) in ALLOWED.iter().zip(is_used) {
        assert!(is_used, "{row:?} allows nothing any more: take it out");
    }
    assert!(100 < n_in_place, "the texts were not found in {PLACE}: {n_in_place}");
}

#[test]
fn literals_and_sentences_are_told_apart() {
    let source =
        "let a = 'a'; // \"no\"\nlet b = \"one \\\"two\\\" \\\n    three\"; '\\''; r#\"x\"#;";
    let found: Vec<(usize, String)> =
        literals(source).into_iter().map(|(line, _, text)| (line, text)).collect();
    assert_eq!(found, [(2, "one \\\"two\\\" three".to_owned()), (3, "x".to_owned())]);
    assert!(is_sentence("No stream is here yet."));
    assert!(is_sentence("{n} of {n_all} goals were reached"));
    for text in ["row-why-button", "tool-button row-more", "XADD orders * item 1", "{a} {b}"] {
        assert!(!is_sentence(text), "{text}");
    }
}
