//! A second language is a folder: what it has is shown, what it lacks is English, and each text
//! says in which language it is.

use std::fs;
use std::path::Path;

use streamlanes_lessons::course::{Course, languages};
use streamlanes_lessons::site::{self, Page};
use tempfile::TempDir;

const TEMPLATE: &str = include_str!("../../../www/index.html");
const FIRST: &str = "0.1-first-command";
const SECOND: &str = "0.2-drive-time";

/// A copy of the English course with a folder `de` beside it.
struct Root(TempDir);

impl Root {
    fn new() -> Root {
        let root = Root(tempfile::tempdir().unwrap());
        for language in ["en", "de"] {
            fs::create_dir_all(root.path().join(language)).unwrap();
        }
        let english = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../www/lessons/en");
        for file in fs::read_dir(english).unwrap() {
            let file = file.unwrap();
            fs::copy(file.path(), root.path().join("en").join(file.file_name())).unwrap();
        }
        root
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path().join("de").join(name), text).unwrap();
    }

    fn english(&self, slug: &str) -> String {
        fs::read_to_string(self.path().join(format!("en/{slug}.md"))).unwrap()
    }

    /// The pages of `de`, and what is wrong with it.
    fn build(&self) -> (Vec<Page>, Vec<String>) {
        let (course, errors) = Course::load_in(self.path(), "de");
        let pages = site::pages(TEMPLATE, &course).unwrap();
        (pages, errors.iter().map(|error| error.what.clone()).collect())
    }
}

fn page<'p>(pages: &'p [Page], path: &str) -> &'p str {
    let found = pages.iter().find(|page| page.path == path);
    &found.unwrap_or_else(|| panic!("no page {path}")).html
}

#[track_caller]
fn has(html: &str, part: &str) {
    assert!(html.contains(part), "no {part:?} in the page");
}

#[test]
fn a_second_language_is_built_and_falls_back_to_english() {
    let root = Root::new();
    let english = root.english(FIRST);
    let german = english
        .replace("title: Your first command", "title: Dein erster Befehl")
        .replace("Add an entry to the stream", "Füge einen Eintrag hinzu zum Stream");
    assert_ne!(german, english);
    root.write(&format!("{FIRST}.md"), &german);
    root.write("strings.txt", "Goals = Ziele\nStart here = Hier anfangen\nLanes = Bahnen\n");
    assert_eq!(languages(root.path()), ["de"]);
    let (pages, errors) = root.build();
    assert_eq!(errors, [""; 0]);

    let first = page(&pages, "de/lessons/0.1-first-command.html");
    has(first, "<html lang=\"de\"");
    has(first, "<h2 id=\"lesson-title\">Dein erster Befehl</h2>");
    has(first, "Füge einen Eintrag hinzu");
    has(first, ">Ziele</h3>");
    has(first, ">Bahnen</h2>");
    has(first, "href=\"../../css/base.css\"");
    assert!(!first.contains("lang=\"en\""), "nothing in it is English prose");

    let second = page(&pages, "de/lessons/0.2-drive-time.html");
    has(second, "<html lang=\"de\"");
    has(
        second,
        "<div class=\"lesson-prose\" lang=\"en\"><h2 id=\"lesson-title\">You own the clock</h2>",
    );
    has(second, "<ol class=\"goals\" lang=\"en\">");
    has(second, ">Ziele</h3>");

    let start = page(&pages, "de/index.html");
    has(start, "<html lang=\"de\"");
    has(start, ">Hier anfangen</h2>");
    has(start, "href=\"lessons/0.1-first-command.html\"");
    has(start, "src=\"../main.js\"");
}

#[test]
fn english_is_complete_and_stands_at_the_root() {
    let root = Root::new();
    let (course, errors) = Course::load_in(root.path(), "en");
    assert_eq!(errors, []);
    let pages = site::pages(TEMPLATE, &course).unwrap();
    assert_eq!(pages.len(), 1 + course.lessons().count());
    for page in &pages {
        has(&page.html, "<html lang=\"en\"");
        assert!(!page.html.contains("lesson-prose\" lang="), "{} changes its language", page.path);
    }
    has(page(&pages, "index.html"), "href=\"lessons/0.1-first-command.html\"");
}

#[test]
fn a_translation_may_change_only_texts() {
    let root = Root::new();
    let changed = root.english(SECOND).replace("  elapsed >= 60s\n", "  elapsed >= 1s\n");
    root.write(&format!("{SECOND}.md"), &changed);
    root.write("9.9-more.md", "");
    let (pages, errors) = root.build();
    assert_eq!(errors.len(), 2, "{errors:?}");
    has(&errors[0], "translate only texts");
    has(&errors[1], "is not in the course");
    has(page(&pages, "de/lessons/0.2-drive-time.html"), "lesson-prose\" lang=\"en\">");
}
