//! HTML of a lesson. It reads well without a script: questions are forms, hints and solutions are
//! `details`; the page's script makes them live by their `data-` attributes.

use streamlanes::lesson::{Prediction, Script, block};

use crate::course::{Course, CourseLesson};

/// Text as it may stand in HTML, also inside a quoted attribute.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(c),
        }
    }
    out
}

/// Escaped text with its `code` in backticks marked up: goals, hints, questions.
pub fn inline(text: &str) -> String {
    let mut out = String::new();
    for (idx, part) in text.split('`').enumerate() {
        match idx % 2 {
            0 => out.push_str(&escape(part)),
            _ => out.push_str(&format!("<code>{}</code>", escape(part))),
        }
    }
    out
}

/// Commands to run by a click.
pub fn run(client: &str, text: &str) -> String {
    let label = match client {
        "" => String::new(),
        _ => format!("<span class=\"client\">{}</span>", escape(client)),
    };
    format!(
        "<div class=\"run\" data-client=\"{}\">{label}<pre><code>{}</code></pre>\
         <button type=\"button\" class=\"js-only\" data-action=\"run\">Run</button></div>\n",
        escape(client),
        escape(text.trim_end()),
    )
}

/// A reply as redis-cli shows it.
pub fn reply(text: &str) -> String {
    format!("<pre class=\"reply\"><samp>{}</samp></pre>\n", escape(text.trim_end()))
}

/// Any other quoted text.
pub fn quote(text: &str) -> String {
    format!("<pre><code>{}</code></pre>\n", escape(text.trim_end()))
}

/// A question, to be answered before the command is run.
pub fn prediction(prediction: &Prediction) -> String {
    let mut out = format!(
        "<form class=\"predict\" data-prediction=\"{name}\"><fieldset><legend>{}</legend>\n",
        inline(&prediction.question),
        name = escape(&prediction.name),
    );
    for (idx, choice) in prediction.choices.iter().enumerate() {
        out.push_str(&format!(
            "<label><input type=\"radio\" name=\"predict-{}\" value=\"{}\"> {}</label>\n",
            escape(&prediction.name),
            idx + 1,
            inline(&choice.text),
        ));
    }
    let right = prediction.choices.iter().find(|choice| choice.right);
    out.push_str(&format!(
        "<button type=\"submit\" class=\"js-only\">That is my guess</button></fieldset>\n\
         <details class=\"because\"><summary>Answer</summary><p><strong>{}</strong></p><p>{}</p>\
         </details></form>\n",
        right.map(|choice| inline(&choice.text)).unwrap_or_default(),
        inline(&prediction.because),
    ));
    out
}

/// What stands in the lesson pane: the whole lesson.
pub fn article(course: &Course, lesson: &CourseLesson) -> String {
    let data = &lesson.lesson;
    let mut out = format!(
        "<article class=\"lesson\" data-lesson=\"{slug}\" data-number=\"{number}\">\n\
         <p class=\"kicker\">Lesson {number}</p>\n<h2 id=\"lesson-title\">{title}</h2>\n",
        slug = escape(&lesson.slug),
        number = escape(&data.number),
        title = escape(&data.title),
    );
    out.push_str(&lesson.prose.html);
    out.push_str(
        "<section aria-labelledby=\"goals-title\"><h3 id=\"goals-title\">Goals</h3>\n\
         <ol class=\"goals\">\n",
    );
    for goal in &data.goals {
        out.push_str(&format!(
            "<li data-goal=\"{}\"><span class=\"goal-text\">{}</span></li>\n",
            escape(&goal.name),
            inline(&goal.title),
        ));
    }
    out.push_str(
        "</ol><p><button type=\"button\" class=\"js-only button\" data-action=\"reset\">Start this \
         lesson again</button></p></section>\n",
    );
    for (n, hint) in (1..).zip(&data.hints) {
        let html = inline(hint);
        out.push_str(&format!(
            "<details class=\"hint\" data-hint=\"{n}\"><summary>Hint {n}</summary><p>{html}</p>\
             </details>\n"
        ));
    }
    for script in data.solutions.iter().take(1) {
        out.push_str(&solution(script));
    }
    out.push_str(&format!(
        "<p class=\"since\">Needs Redis {} or newer.</p>\n",
        escape(data.since.name())
    ));
    out.push_str(&neighbours(course, lesson));
    out.push_str("</article>\n");
    out
}

fn solution(script: &Script) -> String {
    let lines: Vec<String> =
        script.lines.iter().map(|line| format!("{}> {}", line.who, line.line)).collect();
    format!(
        "<details class=\"solution\"><summary data-solution=\"\">Show the solution</summary>\
         <p>Seeing it does not count as solving: reset the lesson afterwards and do it yourself.\
         </p><pre><code>{}</code></pre></details>\n",
        escape(&lines.join("\n"))
    )
}

/// Links to the lesson before and the one after.
fn neighbours(course: &Course, lesson: &CourseLesson) -> String {
    let lessons: Vec<&CourseLesson> = course.lessons().collect();
    let at = lessons.iter().position(|other| other.slug == lesson.slug).unwrap_or(0);
    let link = |rel: &str, word: &str, other: Option<&&CourseLesson>| match other {
        Some(other) => format!(
            "<a rel=\"{rel}\" href=\"{}.html\">{word}: {}</a>\n",
            escape(&other.slug),
            escape(&other.lesson.title)
        ),
        None => String::new(),
    };
    let before = at.checked_sub(1).and_then(|at| lessons.get(at));
    let mut out = "<nav class=\"neighbours\" aria-label=\"Lessons\">\n".to_owned();
    out.push_str(&link("prev", "Before", before));
    out.push_str(&link("next", "Next", lessons.get(at + 1)));
    out.push_str("</nav>\n");
    out
}

/// The map of the course: chapters and lessons, for the start page and every lesson's menu.
/// `to_lessons` is the way from the page to the lessons (`lessons/` or nothing); the chapter of the
/// lesson that is `here` stands open.
pub fn map(course: &Course, to_lessons: &str, here: Option<&CourseLesson>) -> String {
    let mut out = "<ol class=\"course\">\n".to_owned();
    for chapter in course.chapters.iter().filter(|chapter| !chapter.lessons.is_empty()) {
        let open = here.is_some_and(|here| chapter.lessons.iter().any(|l| l.slug == here.slug));
        out.push_str(&format!(
            "<li><details{}><summary>{}. {}</summary>\n<ol>\n",
            if open { " open" } else { "" },
            escape(&chapter.number),
            escape(&chapter.title)
        ));
        for lesson in &chapter.lessons {
            let is_here = here.is_some_and(|here| here.slug == lesson.slug);
            out.push_str(&format!(
                "<li data-map=\"{number}\"{fast}><a href=\"{to_lessons}{slug}.html\"{current}>\
                 {number} {title}</a><span class=\"about\">{about}</span></li>\n",
                number = escape(&lesson.lesson.number),
                fast = if lesson.fast { " class=\"fast\"" } else { "" },
                current = if is_here { " aria-current=\"page\"" } else { "" },
                slug = escape(&lesson.slug),
                title = escape(&lesson.lesson.title),
                about = inline(&lesson.lesson.about),
            ));
        }
        out.push_str("</ol></details></li>\n");
    }
    out.push_str("</ol>\n");
    out
}

/// The lesson as data for the page's script: a block that browsers neither show nor run.
/// Rejected attempts stay behind; they are for the tests.
pub fn data(lesson: &CourseLesson) -> String {
    let kept = lesson.prose.blocks.iter();
    let kept =
        kept.filter(|block| !block.info.starts_with("rejected")).cloned().collect::<Vec<_>>();
    let text = block::write(&kept).replace("</", "<\\/");
    format!("<script type=\"text/plain\" id=\"lesson-data\">{text}</script>\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_become_markup() {
        let hostile = "\"><script>alert('x')</script>&";
        for html in [run(hostile, hostile), reply(hostile), quote(hostile), inline(hostile)] {
            assert!(!html.contains("<script"), "{html}");
            assert!(!html.contains("alert('"), "{html}");
        }
    }

    #[test]
    fn code_in_backticks_is_marked_up() {
        assert_eq!(inline("use `XACK <id>` now"), "use <code>XACK &lt;id&gt;</code> now");
    }
}
