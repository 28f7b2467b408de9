//! The course: its pages in the site, its check, and a new lesson to start from.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, anyhow, bail, ensure};
use streamlanes_lessons::course::{Course, INDEX, languages};
use streamlanes_lessons::strings::{self, ENGLISH, Strings};
use streamlanes_lessons::{check as checks, site};

use crate::build::{Build, Profile};
use crate::workspace::Workspace;

/// Where the languages are.
fn root(workspace: &Workspace) -> PathBuf {
    workspace.root.join("www/lessons")
}

/// The language that is complete.
fn folder(workspace: &Workspace) -> PathBuf {
    root(workspace).join(ENGLISH)
}

/// Writes a page for each lesson, and the map of the course into the start page, in every language.
///
/// A broken lesson is reported and left out; a release build then fails, a development build goes
/// on with the others.
pub(crate) fn write_pages(build: &Build) -> Result<()> {
    // The sources are not part of the site.
    let sources = build.staging.join(site::FOLDER);
    fs::remove_dir_all(&sources).context("www/lessons was not copied")?;
    let template = fs::read_to_string(build.staging.join("index.html"))?;
    let root = root(build.workspace);
    let mut n_errors = 0;
    for language in std::iter::once(ENGLISH.to_owned()).chain(languages(&root)) {
        let (course, errors) = Course::load_in(&root, &language);
        for error in &errors {
            eprintln!("{}", show(build.workspace, &error.path, error.line, &error.what));
        }
        n_errors += errors.len();
        for page in site::pages(&template, &course).map_err(|error| anyhow!(error))? {
            let path = build.staging.join(&page.path);
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder)?;
            }
            fs::write(path, page.html)?;
        }
    }
    if build.profile == Profile::Release && 0 < n_errors {
        bail!("the course has {n_errors} mistakes");
    }
    Ok(())
}

/// Writes the table of a language's texts, with those that it has and those that it lacks.
pub fn strings(workspace: &Workspace, language: &str) -> Result<()> {
    let plain = language.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    ensure!(
        plain && (2..=12).contains(&language.len()) && language != ENGLISH,
        "`{language}` is no other language: write its code, as in `de` or `pt-BR`"
    );
    let folder = root(workspace).join(language);
    let path = folder.join(strings::FILE);
    let table = fs::read_to_string(&path).unwrap_or_default();
    let (known, _) = Strings::read(language, &table);
    let template = fs::read_to_string(workspace.root.join("www/index.html"))?;
    let (course, _) = Course::load(&self::folder(workspace));
    let chapters: Vec<&str> = course.chapters.iter().map(|one| one.title.as_str()).collect();
    let mut out = String::from("# English text = its translation; what is empty stays English.\n");
    let mut n_missing = 0;
    for text in strings::texts_of(&template).into_iter().chain(strings::OWN).chain(chapters) {
        let words = known.get(text);
        let words = if words == text { "" } else { words };
        n_missing += usize::from(words.is_empty());
        out.push_str(&format!("{text} = {words}\n"));
    }
    fs::create_dir_all(&folder)?;
    fs::write(&path, out)?;
    println!("{} lacks {n_missing} texts", workspace.show(&path));
    Ok(())
}

/// Checks the lessons with these numbers, or all of them.
pub fn check(workspace: &Workspace, numbers: &[&str]) -> Result<()> {
    let (course, errors) = Course::load(&folder(workspace));
    for error in &errors {
        println!("{}", show(workspace, &error.path, error.line, &error.what));
    }
    let wanted = |number: &str| numbers.is_empty() || numbers.contains(&number);
    let lessons: Vec<_> = course.lessons().filter(|l| wanted(&l.lesson.number)).collect();
    for number in numbers {
        let known = lessons.iter().any(|lesson| lesson.lesson.number == *number);
        ensure!(known || !errors.is_empty(), "no lesson has the number {number}");
    }
    let mut n_findings = errors.len();
    for lesson in &lessons {
        for (line, what) in checks::check(&course, lesson) {
            println!("{}", show(workspace, &lesson.path, line, &what));
            n_findings += 1;
        }
    }
    ensure!(n_findings == 0, "{n_findings} findings");
    println!("{} lessons can be solved, and not wrongly", lessons.len());
    Ok(())
}

fn show(workspace: &Workspace, path: &std::path::Path, line: u32, what: &str) -> String {
    format!("{}:{line}: {what}", workspace.show(path))
}

/// Writes a lesson to start from and adds it to the index.
pub fn new(workspace: &Workspace, slug: &str) -> Result<()> {
    let folder = folder(workspace);
    let number = slug.split('-').next().unwrap_or_default();
    let is_number = number.split_once('.').is_some_and(|(chapter, lesson)| {
        [chapter, lesson].iter().all(|part| part.parse::<u32>().is_ok())
    });
    let plain =
        slug.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-.".contains(&b));
    ensure!(
        is_number && plain && number.len() < slug.len(),
        "`{slug}` is no name for a lesson: write its number and a few words, as in 4.10-my-lesson"
    );
    let path = folder.join(format!("{slug}.md"));
    ensure!(!path.exists(), "{} is there already", workspace.show(&path));
    let index_path = folder.join(INDEX);
    let index = fs::read_to_string(&index_path)?;
    fs::write(&path, TEMPLATE)?;
    fs::write(&index_path, with_lesson(&index, number, slug)?)?;
    println!("{} is yours to write; it is in {INDEX}", workspace.show(&path));
    println!("check it with: cargo xtask lesson check {number}");
    Ok(())
}

/// The index with a lesson behind the last one of its chapter that has a smaller number.
fn with_lesson(index: &str, number: &str, slug: &str) -> Result<String> {
    let chapter = number.split('.').next().unwrap_or_default();
    let mut lines: Vec<&str> = index.lines().collect();
    let number_in = |name: &str| {
        let number = name.strip_prefix(&format!("{chapter}."))?.split(['-', ' ']).next()?;
        number.parse::<u32>().ok()
    };
    let own = number_in(number);
    let is_before = |line: &str| {
        line.starts_with(&format!("{chapter} ")) || number_in(line).is_some_and(|n| Some(n) < own)
    };
    let last = lines.iter().rposition(|line| is_before(line));
    let last = last.with_context(|| format!("{INDEX} has no chapter {chapter}: add it first"))?;
    lines.insert(last + 1, slug);
    Ok(lines.join("\n") + "\n")
}

const TEMPLATE: &str = include_str!("lesson-template.md");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lesson_to_start_from_has_no_mistake() {
        let folder = std::env::temp_dir().join(format!("streamlanes-new-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(INDEX), "4 Groups\n4.1-new\n").unwrap();
        fs::write(folder.join("4.1-new.md"), TEMPLATE).unwrap();
        let (course, errors) = Course::load(&folder);
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(errors, []);
        let findings: Vec<_> =
            course.lessons().flat_map(|lesson| checks::check(&course, lesson)).collect();
        assert_eq!(findings, []);
    }

    #[test]
    fn a_lesson_goes_to_its_place_in_its_chapter() {
        let index = "4 Groups\n4.1-a\n4.10-c fast\n\n5 More\n5.2-b\n";
        let with = |number: &str, slug: &str| with_lesson(index, number, slug);
        let before = with("4.2", "4.2-new").unwrap();
        assert_eq!(before, "4 Groups\n4.1-a\n4.2-new\n4.10-c fast\n\n5 More\n5.2-b\n");
        let last = with("4.11", "4.11-new").unwrap();
        assert_eq!(last, "4 Groups\n4.1-a\n4.10-c fast\n4.11-new\n\n5 More\n5.2-b\n");
        let first = with("5.1", "5.1-new").unwrap();
        assert_eq!(first, "4 Groups\n4.1-a\n4.10-c fast\n\n5 More\n5.1-new\n5.2-b\n");
        assert!(with("9.1", "9.1-x").is_err());
    }
}
