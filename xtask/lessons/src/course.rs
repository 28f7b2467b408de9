//! The course: an index of chapters and lessons, and a Markdown file for each lesson.

use std::fmt;
use std::path::{Path, PathBuf};

use streamlanes::lesson::Lesson;

use crate::markdown::{self, Prose};
use crate::strings::{self, ENGLISH, Strings};

/// The course in one language.
#[derive(Debug)]
pub struct Course {
    /// What its pages say besides the lessons.
    pub strings: Strings,
    /// The chapters in their order.
    pub chapters: Vec<Chapter>,
}

/// A chapter.
#[derive(Debug)]
pub struct Chapter {
    /// `4`
    pub number: String,
    /// What it is called.
    pub title: String,
    /// Its lessons in their order.
    pub lessons: Vec<CourseLesson>,
}

/// One lesson with everything that its file holds.
#[derive(Debug)]
pub struct CourseLesson {
    /// `4.3-delivered-is-not-done`: its file and its page.
    pub slug: String,
    /// The language of its text.
    pub language: String,
    /// Whether it belongs to the fast path.
    pub fast: bool,
    /// The lesson as the goals see it.
    pub lesson: Lesson,
    /// Its text.
    pub prose: Prose,
    /// Where it was read from.
    pub path: PathBuf,
}

/// What is wrong with a file of the course.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CourseError {
    /// The file.
    pub path: PathBuf,
    /// The line, counted from 1.
    pub line: u32,
    /// What is wrong and what to write.
    pub what: String,
}

impl fmt::Display for CourseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path.display(), self.line, self.what)
    }
}

/// A longer lesson is none that anybody finishes, or not a lesson.
const LESSON_BYTES_MAX: usize = 65_536;

/// The file that orders the course.
pub const INDEX: &str = "course.txt";

impl Course {
    /// Reads the course in a language: a folder in `root`. What it lacks is English; what is wrong
    /// in it is reported, and English as well.
    pub fn load_in(root: &Path, language: &str) -> (Course, Vec<CourseError>) {
        let (mut course, mut errors) = Course::load(&root.join(ENGLISH));
        if language == ENGLISH {
            return (course, errors);
        }
        let folder = root.join(language);
        let path = folder.join(strings::FILE);
        let table = std::fs::read_to_string(&path).unwrap_or_default();
        let (strings, mistakes) = Strings::read(language, &table);
        let at = |(line, what)| CourseError { path: path.clone(), line, what };
        errors.extend(mistakes.into_iter().map(at));
        for chapter in &mut course.chapters {
            chapter.title = strings.get(&chapter.title).to_owned();
            for lesson in &mut chapter.lessons {
                if !folder.join(format!("{}.md", lesson.slug)).exists() {
                    continue;
                }
                match translated(&folder, lesson, &strings) {
                    Ok(other) => *lesson = other,
                    Err(lesson_errors) => errors.extend(lesson_errors),
                }
            }
        }
        let index = std::fs::read_to_string(root.join(ENGLISH).join(INDEX)).unwrap_or_default();
        errors.extend(orphans(&folder, &index));
        course.strings = strings;
        (course, errors)
    }

    /// Reads the English course in a folder.
    ///
    /// A broken lesson is left out of the result and reported; the others are there.
    pub fn load(folder: &Path) -> (Course, Vec<CourseError>) {
        let strings = Strings::english();
        let index = folder.join(INDEX);
        let mut errors = Vec::new();
        let mut chapters: Vec<Chapter> = Vec::new();
        let text = match std::fs::read_to_string(&index) {
            Ok(text) => text,
            Err(error) => {
                let what = format!("cannot be read ({error}): write the index of the course");
                errors.push(CourseError { path: index, line: 1, what });
                return (Course { strings, chapters }, errors);
            }
        };
        let mut slugs: Vec<String> = Vec::new();
        for (line, text) in (1u32..).zip(text.lines()) {
            let mut fail = |what: String| {
                errors.push(CourseError { path: index.clone(), line, what });
            };
            match entry(text) {
                Entry::Nothing => {}
                Entry::Chapter { number, title } => {
                    chapters.push(Chapter { number, title, lessons: Vec::new() });
                }
                Entry::Lesson { slug, fast } => match chapters.last_mut() {
                    Some(_) if slugs.contains(&slug) => {
                        fail(format!("`{slug}` stands in the course already"));
                    }
                    Some(chapter) if slug.starts_with(&format!("{}.", chapter.number)) => {
                        slugs.push(slug.clone());
                        match load_lesson(folder, slug, fast, &strings) {
                            Ok(lesson) => chapter.lessons.push(lesson),
                            Err(lesson_errors) => errors.extend(lesson_errors),
                        }
                    }
                    Some(chapter) => fail(format!(
                        "`{slug}` stands in chapter {}: its number must begin with it",
                        chapter.number
                    )),
                    None => fail("a lesson needs a chapter line before it: `4 Groups`".to_owned()),
                },
                Entry::Unclear => fail(format!(
                    "`{text}` is neither a chapter (`4 Consumer groups`) nor a lesson \
                     (`4.3-delivered-is-not-done`, ` fast` behind it for the fast path)"
                )),
            }
        }
        errors.extend(orphans(folder, &text));
        errors.extend(dead_links(&chapters));
        (Course { strings, chapters }, errors)
    }

    /// The lessons from which learners come to a lesson: the one before in the course, and the one
    /// before on the fast path.
    pub fn before(&self, lesson: &CourseLesson) -> Vec<&CourseLesson> {
        let earlier = || self.lessons().take_while(|other| other.slug != lesson.slug);
        let fast = earlier().filter(|other| other.fast).last().filter(|_| lesson.fast);
        earlier().last().into_iter().chain(fast).collect()
    }

    /// All lessons in their order.
    pub fn lessons(&self) -> impl Iterator<Item = &CourseLesson> {
        self.chapters.iter().flat_map(|chapter| &chapter.lessons)
    }
}

enum Entry {
    Nothing,
    Chapter { number: String, title: String },
    Lesson { slug: String, fast: bool },
    Unclear,
}

fn entry(line: &str) -> Entry {
    let line = line.trim();
    if line.is_empty() || line.starts_with('#') {
        return Entry::Nothing;
    }
    let (first, rest) = line.split_once(' ').map_or((line, ""), |(a, b)| (a, b.trim()));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if is_number(first) && !rest.is_empty() {
        return Entry::Chapter { number: first.to_owned(), title: rest.to_owned() };
    }
    let number = first.split('-').next().unwrap_or_default();
    let numbered = number.split_once('.').is_some_and(|(a, b)| is_number(a) && is_number(b));
    let plain =
        first.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-.".contains(&b));
    match rest {
        "" | "fast" if numbered && plain => {
            Entry::Lesson { slug: first.to_owned(), fast: rest == "fast" }
        }
        _ => Entry::Unclear,
    }
}

/// A lesson in another language. Only its texts may differ from the English one.
fn translated(
    folder: &Path,
    english: &CourseLesson,
    strings: &Strings,
) -> Result<CourseLesson, Vec<CourseError>> {
    let other = load_lesson(folder, english.slug.clone(), english.fast, strings)?;
    let names = |lesson: &Lesson| -> Vec<_> {
        let goals = lesson.goals.iter();
        goals.map(|goal| (goal.name.clone(), goal.conditions.clone())).collect()
    };
    let lines = |lesson: &Lesson| -> Vec<_> {
        lesson.setup.iter().map(|line| (line.who.clone(), line.line.clone())).collect()
    };
    let is_same = names(&other.lesson) == names(&english.lesson)
        && lines(&other.lesson) == lines(&english.lesson)
        && other.lesson.scenario == english.lesson.scenario;
    if is_same {
        return Ok(other);
    }
    let what = "its goals or its setup are not those of the English lesson: translate only texts";
    Err(vec![CourseError { path: other.path, line: 1, what: what.to_owned() }])
}

/// The languages in a folder besides English, in alphabetical order.
pub fn languages(root: &Path) -> Vec<String> {
    let folders = std::fs::read_dir(root).into_iter().flatten().flatten();
    let folders = folders.filter(|folder| folder.path().is_dir());
    let names = folders.filter_map(|folder| folder.file_name().into_string().ok());
    let mut names: Vec<String> = names.filter(|name| name != ENGLISH).collect();
    names.sort();
    names
}

fn load_lesson(
    folder: &Path,
    slug: String,
    fast: bool,
    strings: &Strings,
) -> Result<CourseLesson, Vec<CourseError>> {
    let path = folder.join(format!("{slug}.md"));
    let fail = |line: u32, what: String| CourseError { path: path.clone(), line, what };
    let text = std::fs::read_to_string(&path)
        .map_err(|error| vec![fail(1, format!("cannot be read: {error}"))])?;
    if LESSON_BYTES_MAX < text.len() {
        let what = format!("is longer than {LESSON_BYTES_MAX} bytes: make two lessons of it");
        return Err(vec![fail(1, what)]);
    }
    let number = slug.split('-').next().unwrap_or_default();
    let prose = markdown::read(&text, number, strings)
        .map_err(|errors| errors.into_iter().map(|(n, what)| fail(n, what)).collect::<Vec<_>>())?;
    let (lesson, errors) = Lesson::from_blocks(&prose.blocks);
    if !errors.is_empty() {
        return Err(errors.into_iter().map(|error| fail(error.line, error.what)).collect());
    }
    let language = strings.language.clone();
    Ok(CourseLesson { slug, language, fast, lesson, prose, path })
}

/// Lesson files that no line of the index names.
fn orphans(folder: &Path, index: &str) -> Vec<CourseError> {
    let Ok(files) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = files.flatten().map(|file| file.path()).collect();
    paths.sort();
    let named = |slug: &str| index.lines().any(|line| line.split_whitespace().next() == Some(slug));
    let lost = paths.into_iter().filter(|path| path.extension().is_some_and(|ext| ext == "md"));
    lost.filter(|path| !path.file_stem().and_then(|stem| stem.to_str()).is_some_and(named))
        .map(|path| CourseError {
            path,
            line: 1,
            what: format!("is not in the course: add its name to {INDEX}, or remove the file"),
        })
        .collect()
}

/// Links to lessons that are not there.
fn dead_links(chapters: &[Chapter]) -> Vec<CourseError> {
    let lessons: Vec<&CourseLesson> =
        chapters.iter().flat_map(|chapter| &chapter.lessons).collect();
    let known = |slug: &str| lessons.iter().any(|lesson| lesson.slug == slug);
    let mut errors = Vec::new();
    for lesson in &lessons {
        for (line, target) in &lesson.prose.links {
            if let Some(slug) = target.strip_suffix(".html").filter(|slug| !known(slug)) {
                let what = format!("links to the lesson `{slug}`, which is not there");
                errors.push(CourseError { path: lesson.path.clone(), line: *line, what });
            }
        }
    }
    errors
}
