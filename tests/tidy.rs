//! The house rules that a program can check, over every source of the workspace.
//!
//! A failure names file and line and says what to do.

use std::fs;
use std::path::{Path, PathBuf};

const N_LINES_PER_FILE_MAX: usize = 600;
const N_LINES_PER_FUNCTION_MAX: usize = 70;
const N_COLUMNS_MAX: usize = 100;

/// A layer of the library, and the other layers that it may name. `limits`, `time` and `sorted` are
/// open to all.
/// all.
const LAYERS: &[(&str, &[&str])] = &[
    ("limits", &[]),
    ("time", &["limits"]),
    ("sorted", &[]),
    ("engine", &[]),
    ("resp", &[]),
    ("command", &["engine", "resp"]),
    ("sim", &["engine", "resp", "command"]),
    ("lesson", &["engine", "resp", "command", "sim"]),
    ("view", &["engine", "resp", "command", "sim", "lesson"]),
    ("ui", &["engine", "resp", "command", "sim", "lesson", "view", "api"]),
    ("api", &["engine", "resp", "command", "sim", "lesson", "view", "ui"]),
];

/// The layers that may see the browser, and so its clock.
const BROWSER_LAYERS: &[&str] = &["ui", "api"];

/// One source file.
struct Source {
    /// Relative to the workspace, with slashes.
    path: String,
    text: String,
}

impl Source {
    /// The layer of the library that it belongs to.
    fn layer(&self) -> Option<&str> {
        let rest = self.path.strip_prefix("src/")?;
        let name = rest.split('/').next()?;
        Some(name.strip_suffix(".rs").unwrap_or(name)).filter(|name| *name != "lib")
    }

    /// Lines with their numbers, from 1.
    fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(line_idx, line)| (line_idx + 1, line))
    }

    /// Lines that are not comments as a whole.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        self.lines().filter(|(_, line)| !line.trim_start().starts_with("//"))
    }

    /// The number of the line from which on there are only tests.
    fn tests_begin(&self) -> usize {
        let is_tests_file = self.path.contains("/tests/")
            || self.path.starts_with("tests/")
            || self.path.ends_with("/tests.rs");
        if is_tests_file {
            return 0;
        }
        let marks = self.lines().filter(|(_, line)| *line == "#[cfg(test)]");
        marks.map(|(number, _)| number).last().unwrap_or(usize::MAX)
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every file below the workspace with one of these endings, without what is generated.
fn sources(endings: &[&str]) -> Vec<Source> {
    let mut sources = Vec::new();
    let mut open = vec![PathBuf::new()];
    while let Some(dir) = open.pop() {
        for entry in fs::read_dir(root().join(&dir)).expect("a folder can be read") {
            let entry = entry.expect("a folder can be read");
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = dir.join(&name);
            if name.starts_with('.') || name == "target" || name == "dist" {
                continue;
            }
            if entry.file_type().expect("an entry has a type").is_dir() {
                open.push(path);
            } else if endings.iter().any(|ending| name.ends_with(&format!(".{ending}"))) {
                let text = fs::read_to_string(root().join(&path)).expect("sources are UTF-8");
                let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
                sources.push(Source { path: parts.join("/"), text });
            }
        }
    }
    assert!(!sources.is_empty(), "no sources found below {}", root().display());
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    sources
}

#[track_caller]
fn must_be_empty(problems: &[String]) {
    let n_problems = problems.len();
    assert!(problems.is_empty(), "{n_problems} to put right:\n{}", problems.join("\n"));
}

#[test]
fn layers_look_only_down() {
    let mut problems = Vec::new();
    for source in sources(&["rs"]) {
        let Some(layer) = source.layer() else { continue };
        let Some((_, allowed)) = LAYERS.iter().find(|(name, _)| *name == layer) else {
            problems.push(format!("{}: give its layer a row in tests/tidy.rs", source.path));
            continue;
        };
        for (number, line) in source.code() {
            for (other, _) in LAYERS {
                let is_open = *other == layer || matches!(*other, "limits" | "time" | "sorted");
                if is_open || allowed.contains(other) {
                    continue;
                }
                let names = [format!("crate::{other}::"), format!("crate::{other};")];
                if names.iter().any(|name| line.contains(name)) {
                    problems.push(format!(
                        "{}:{number}: `{layer}` may not use `{other}`; move what it needs down, \
                         or pass it as an argument",
                        source.path
                    ));
                }
            }
        }
    }
    must_be_empty(&problems);
}

#[test]
fn only_the_page_sees_browser_and_clock() {
    let browser = ["web_sys", "js_sys", "wasm_bindgen::"];
    let clocks = ["SystemTime::now", "Instant::now", "std::env::", "rand::", "getrandom"];
    let mut problems = Vec::new();
    for source in sources(&["rs"]) {
        let Some(layer) = source.layer() else { continue };
        if BROWSER_LAYERS.contains(&layer) {
            continue;
        }
        let tests_begin = source.tests_begin();
        for (number, line) in source.code() {
            for word in browser.iter().chain(&clocks) {
                if number < tests_begin && line.contains(word) {
                    problems.push(format!(
                        "{}:{number}: `{layer}` may not use `{word}`; take what it gives as an \
                         argument",
                        source.path
                    ));
                }
            }
        }
    }
    must_be_empty(&problems);
}

#[test]
fn top_modules_say_what_is_absent() {
    let mut problems = Vec::new();
    let sources = sources(&["rs"]);
    for (layer, _) in LAYERS {
        let paths = [format!("src/{layer}/mod.rs"), format!("src/{layer}.rs")];
        let Some(source) = sources.iter().find(|source| paths.contains(&source.path)) else {
            problems.push(format!("src/{layer}: missing, although tests/tidy.rs has a row for it"));
            continue;
        };
        // Limits are constants, the time and the sorted map are one type each: there is nothing to
        // keep out of them.
        let is_exempt = matches!(*layer, "limits" | "time" | "sorted");
        if !is_exempt && !source.lines().any(|(_, line)| line.starts_with("//! Invariant: ")) {
            problems.push(format!("{}: add a line `//! Invariant: …` to its doc", source.path));
        }
    }
    must_be_empty(&problems);
}

#[test]
fn lines_and_files_are_short() {
    let mut problems = Vec::new();
    for source in sources(&["rs", "js", "css"]) {
        let n_lines = source.lines().count();
        if n_lines > N_LINES_PER_FILE_MAX {
            problems.push(format!(
                "{}: {n_lines} lines, more than {N_LINES_PER_FILE_MAX}; split it by job",
                source.path
            ));
        }
        for (number, line) in source.lines() {
            let n_columns = line.chars().count();
            if n_columns > N_COLUMNS_MAX {
                problems.push(format!(
                    "{}:{number}: {n_columns} columns, more than {N_COLUMNS_MAX}; break it",
                    source.path
                ));
            }
        }
    }
    must_be_empty(&problems);
}

#[test]
fn functions_are_short() {
    let mut problems = Vec::new();
    for source in sources(&["rs"]) {
        let tests_begin = source.tests_begin();
        for (start, name, n_lines) in functions(&source) {
            if n_lines > N_LINES_PER_FUNCTION_MAX && start < tests_begin {
                problems.push(format!(
                    "{}:{start}: `{name}` has {n_lines} lines, more than \
                     {N_LINES_PER_FUNCTION_MAX}; give its parts names of their own",
                    source.path
                ));
            }
        }
    }
    must_be_empty(&problems);
}

/// First line, name and length of each function. Relies on rustfmt: the brace that ends a function
/// stands alone, as far in as the `fn` that began it.
fn functions(source: &Source) -> Vec<(usize, String, usize)> {
    let mut open: Vec<(usize, usize, String)> = Vec::new();
    let mut found = Vec::new();
    for (number, line) in source.code() {
        let indent = line.len() - line.trim_start().len();
        if let Some(name) = function_name(line.trim_start())
            && !line.ends_with(';')
            && !line.ends_with('}')
        {
            open.push((number, indent, name.to_string()));
        }
        if matches!(line.trim_start(), "}" | "};" | "}," | "})")
            && open.last().is_some_and(|(_, begun_at, _)| *begun_at == indent)
            && let Some((start, _, name)) = open.pop()
        {
            found.push((start, name, number + 1 - start));
        }
    }
    found
}

/// `apply` of `pub(crate) fn apply<T>(…`.
fn function_name(line: &str) -> Option<&str> {
    let before = ["pub(crate) ", "pub(super) ", "pub ", "const ", "async ", "extern \"C\" "];
    let mut rest = line;
    while let Some(shorter) = before.iter().find_map(|word| rest.strip_prefix(word)) {
        rest = shorter;
    }
    rest.strip_prefix("fn ")?.split(['(', '<']).next()
}

#[test]
fn nothing_is_left_over() {
    // Written in two parts, so that this file does not find itself.
    let everywhere = [
        (concat!("#[ign", "ore"), "a test that does not run proves nothing: repair or remove it"),
        (concat!("to", "do!("), "finish it"),
        (concat!("unimple", "mented!("), "finish it"),
        (concat!("db", "g!("), "remove it"),
        (concat!("FIX", "ME"), "do it, or file an issue"),
        (concat!("XX", "X"), "do it, or file an issue"),
        (concat!("allow(dead_", "code)"), "remove the code that nobody calls"),
    ];
    let in_the_page = [
        (concat!("inner", "HTML"), "write text nodes"),
        (concat!("inner_", "html"), "write text nodes"),
        (concat!(".for", "get()"), "keep a guard that removes the listener when dropped"),
    ];
    let mut problems = Vec::new();
    for source in sources(&["rs", "js"]) {
        let is_page = source.path.starts_with("src/ui/") || source.path.starts_with("www/");
        let words = everywhere.iter().chain(in_the_page.iter().filter(|_| is_page));
        for (word, advice) in words {
            for (number, line) in source.code() {
                if line.contains(word) {
                    problems.push(format!("{}:{number}: `{word}`: {advice}", source.path));
                }
            }
        }
    }
    must_be_empty(&problems);
}

#[test]
fn dependencies_say_why_they_are_there() {
    let manifests = sources(&["toml"]);
    let manifests = manifests.iter().filter(|source| source.path.ends_with("Cargo.toml"));
    let mut problems = Vec::new();
    for source in manifests {
        let mut in_dependencies = false;
        let mut has_reason = false;
        for (number, line) in source.lines() {
            if line.starts_with('[') {
                in_dependencies = line.trim_end_matches(']').ends_with("dependencies");
                has_reason = false;
                continue;
            }
            if line.starts_with('#') {
                has_reason = true;
                continue;
            }
            let is_dependency = in_dependencies
                && line.contains(" = ")
                && !line.starts_with([' ', ']'])
                && !line.starts_with("workspace");
            if is_dependency && !has_reason && !line.contains('#') {
                problems.push(format!(
                    "{}:{number}: say in a comment above it why the dependency is there",
                    source.path
                ));
            }
            if !line.starts_with([' ', ']']) {
                has_reason = false;
            }
        }
    }
    must_be_empty(&problems);
}

#[test]
fn the_rules_find_what_they_look_for() {
    let source = Source {
        path: "src/engine/probe.rs".to_string(),
        text:
            "impl A {\n    pub(crate) fn one(\n        &self,\n    ) {\n        let x;\n    }\n}\n"
                .to_string(),
    };
    assert_eq!(functions(&source), [(2, "one".to_string(), 5)]);
    assert_eq!(source.layer(), Some("engine"));
}
