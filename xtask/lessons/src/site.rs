//! The pages of the course, made from the page of the playground: the same page with a lesson in
//! its lesson pane.

use crate::course::{Course, CourseLesson};
use crate::page::{article, data, escape, map};
use crate::strings::ENGLISH;

/// The folder of the lessons' pages, below the start page of their language.
pub const FOLDER: &str = "lessons";

/// What the template must have between these two is replaced by the lesson.
const LESSON: [&str; 2] = ["<!-- lesson -->", "<!-- /lesson -->"];
/// Here the map of the course is put in.
const COURSE: &str = "<!-- course -->";

/// A page of the site.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Page {
    /// Its file, from the site's root on.
    pub path: String,
    /// What is in it.
    pub html: String,
}

/// The pages of a course: the start page, and one for each lesson. English ones stand at the root,
/// others in a folder of their language.
///
/// # Errors
/// When the template has no place for them.
pub fn pages(template: &str, course: &Course) -> Result<Vec<Page>, String> {
    let template = course.strings.page(template);
    let language = &course.strings.language;
    let (root, n_up) = match language == ENGLISH {
        true => (String::new(), 0),
        false => (format!("{language}/"), 1),
    };
    let map = map(course, &format!("{FOLDER}/"), None);
    let start = put(&up(&template, n_up), COURSE, &map)?;
    let mut pages = vec![Page { path: format!("{root}index.html"), html: start }];
    for one in course.lessons() {
        let html = lesson(&template, course, one, n_up + 1)?;
        pages.push(Page { path: format!("{root}{FOLDER}/{}.html", one.slug), html });
    }
    Ok(pages)
}

/// The page of one lesson, `n_up` folders below the site's root.
fn lesson(
    template: &str,
    course: &Course,
    lesson: &CourseLesson,
    n_up: usize,
) -> Result<String, String> {
    let [begin, end] = LESSON;
    let (head, rest) = split(template, begin)?;
    let (_, tail) = split(rest, end)?;
    let article = article(course, lesson);
    // Addresses of the template are relative to the site's root, those of the lesson to its folder.
    let html = format!("{}{article}{}{}", up(head, n_up), data(lesson), up(tail, n_up));
    let html = put(&html, COURSE, &map(course, "", Some(lesson)))?;
    let title = format!("{} {} – Streamlanes", lesson.lesson.number, lesson.lesson.title);
    let html = between(&html, "<title>", "</title>", &escape(&title))?;
    between(&html, "<meta name=\"description\" content=\"", "\">", &escape(&lesson.lesson.about))
}

fn split<'a>(text: &'a str, mark: &str) -> Result<(&'a str, &'a str), String> {
    text.split_once(mark).ok_or_else(|| format!("www/index.html has no `{mark}`"))
}

fn put(text: &str, mark: &str, what: &str) -> Result<String, String> {
    let (head, tail) = split(text, mark)?;
    Ok(format!("{head}{what}{tail}"))
}

fn between(text: &str, begin: &str, end: &str, what: &str) -> Result<String, String> {
    let (head, rest) = split(text, begin)?;
    let (_, tail) = split(rest, end)?;
    Ok(format!("{head}{begin}{what}{end}{tail}"))
}

/// Addresses of the site's root, from `n_up` folders further down.
fn up(html: &str, n_up: usize) -> String {
    let mut out = String::with_capacity(html.len() + 256);
    let mut rest = html;
    while let Some((at, name)) = next_address(rest) {
        let (head, tail) = rest.split_at(at + name.len());
        out.push_str(head);
        let local = !tail.starts_with(['#', '/', '"']) && !has_scheme(tail);
        if local {
            out.push_str(&"../".repeat(n_up));
        }
        rest = tail;
    }
    out.push_str(rest);
    out
}

/// Where the next `href="` or `src="` stands.
fn next_address(html: &str) -> Option<(usize, &'static str)> {
    let places = [" href=\"", " src=\""].map(|name| html.find(name).map(|at| (at, name)));
    places.into_iter().flatten().min()
}

/// Whether an address that begins here names a scheme (`https:`, `data:`).
fn has_scheme(html: &str) -> bool {
    let address = html.split('"').next().unwrap_or_default();
    address.split_once(':').is_some_and(|(scheme, _)| !scheme.contains('/'))
}

#[cfg(test)]
mod tests {
    use super::up;

    #[test]
    fn addresses_of_the_root_go_up() {
        let html = "<a href=\"#x\"><link href=\"a.css\"><a href=\"https://x.org/\"><img src=\"b\">";
        let wanted =
            "<a href=\"#x\"><link href=\"../a.css\"><a href=\"https://x.org/\"><img src=\"../b\">";
        assert_eq!(up(html, 1), wanted);
        assert_eq!(up(html, 0), html);
        assert!(up(html, 2).contains("../../a.css"));
    }
}
