//! The twelve lessons of the fast path, by somebody who has only a keyboard.

use anyhow::{Result, ensure};
use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::key::Key;

use crate::page::{Page, id};

/// The lessons in their order, and what is typed in each: `client> line`, or a line as `you`.
const LESSONS: [(&str, &str); 12] = [
    ("1.3", "alice> XREAD STREAMS orders 0\nbob> XREAD STREAMS orders 0"),
    ("2.1", "XADD orders * item cake quantity 2 customer mia\nXLEN orders"),
    (
        "2.2",
        "CLOCK PAUSE\nXADD readings * celsius 20\nXADD readings * celsius 21\n\
         XADD readings * celsius 22\nCLOCK BACK 10s\nXADD readings * celsius 23",
    ),
    ("2.4", "XRANGE visits 1700000060000 1700000119999\nXREVRANGE visits + - COUNT 1"),
    (
        "3.1",
        "alice> XREAD COUNT 2 STREAMS parcels 0\n\
         alice> XREAD COUNT 2 STREAMS parcels 1700000000000-1\n\
         alice> XREAD COUNT 2 STREAMS parcels 1700000000000-3\n\
         alice> XREAD COUNT 2 STREAMS parcels 1700000000000-5\n\
         alice> XREAD COUNT 2 STREAMS parcels 1700000000000-6",
    ),
    (
        "3.3",
        "alice> XREAD BLOCK 5000 STREAMS jobs $\nXADD jobs * do sweep\n\
         alice> XREAD BLOCK 5000 STREAMS jobs $\nCLOCK JUMP 10s",
    ),
    ("4.1", "XGROUP CREATE orders billing 0\nXGROUP CREATE orders billing 0"),
    (
        "4.2",
        "alice> XREADGROUP GROUP billing alice COUNT 3 STREAMS orders >\n\
         bob> XREADGROUP GROUP billing bob COUNT 3 STREAMS orders >",
    ),
    (
        "4.3",
        "alice> XREADGROUP GROUP billing alice COUNT 2 STREAMS orders >\n\
         alice> XACK orders billing 1700000000000-0 1700000000000-1\n\
         alice> XACK orders billing 1700000000000-0",
    ),
    (
        "4.4",
        "bob> XREADGROUP GROUP billing bob STREAMS orders 0\n\
         bob> XACK orders billing 1700000000000-2\n\
         bob> XREADGROUP GROUP billing bob STREAMS orders 0",
    ),
    (
        "6.2",
        "alice> XREADGROUP GROUP billing alice COUNT 10 STREAMS orders 0\n\
         alice> XACK orders billing 1700000000000-0 1700000000000-1\n\
         alice> XREADGROUP GROUP billing alice COUNT 10 STREAMS orders 0\n\
         alice> XREADGROUP GROUP billing alice COUNT 10 STREAMS orders >\n\
         alice> XACK orders billing 1700000000000-2 1700000000000-3",
    ),
    (
        "6.5",
        "bob> XAUTOCLAIM orders billing bob 60000 0 COUNT 2\n\
         bob> XAUTOCLAIM orders billing bob 60000 1700000000000-2 COUNT 2\n\
         bob> XAUTOCLAIM orders billing bob 60000 1700000000000-4 COUNT 2",
    ),
];

/// So many things can be reached with the Tab key before something is wrong.
const TABS_MAX: usize = 160;

/// From the start page to the last lesson: Tab, Enter and typing, nothing else. Every goal of every
/// lesson is reached, and the page is never loaded anew.
pub(super) async fn is_walked_by_keyboard(page: &Page<'_>) -> Result<()> {
    page.start("").await?;
    page.evaluate("window.isSamePage = true").await?;
    tab_to(page, ".fast-start a").await?;
    press(page, Key::Enter).await?;
    for (n, (number, script)) in LESSONS.iter().enumerate() {
        page.wait_for(&format!("lesson {number}"), async || is_there(page, number).await).await?;
        if *number == "2.2" {
            tab_to(page, "form.predict input").await?;
            press(page, Key::Down).await?;
            press(page, Key::Down).await?;
            tab_to(page, "form.predict [type=submit]").await?;
            press(page, Key::Enter).await?;
        }
        if !is_focused(page, id::INPUT).await? {
            tab_to(page, id::INPUT).await?;
        }
        for line in script.lines() {
            let (who, line) = line.split_once("> ").unwrap_or(("you", line));
            as_client(page, who).await?;
            write(page, line).await?;
        }
        page.wait_for(&format!("{number} to be solved"), async || are_done(page).await).await?;
        if *number == "2.1" {
            // The three orders of 1.3 are still there: this lesson goes on in the same world.
            page.wait_for_text(id::TRANSCRIPT, "(integer) 4").await?;
        }
        match n {
            // Once by the link in the lesson, else by the word in the console.
            1 => {
                tab_back_to(page, "a[data-fast]").await?;
                press(page, Key::Enter).await?;
            }
            _ if n + 1 < LESSONS.len() => write(page, "next fast").await?,
            _ => {}
        }
    }
    let progress = page.text("#course-progress").await?;
    ensure!(progress.starts_with("12 of"), "the course says: {progress}");
    let is_same = page.evaluate("return window.isSamePage === true").await?;
    ensure!(is_same == true, "the page was loaded anew on the way");
    Ok(())
}

/// Presses a key where the focus is.
async fn press(page: &Page<'_>, key: Key) -> Result<()> {
    send(page, &[], &char::from(key).to_string()).await
}

/// Presses keys one after the other while others are held down.
async fn send(page: &Page<'_>, held: &[Key], keys: &str) -> Result<()> {
    let mut actions = KeyActions::new("keyboard".to_owned());
    for key in held {
        actions = actions.then(KeyAction::Down { value: char::from(*key) });
    }
    for value in keys.chars() {
        actions = actions.then(KeyAction::Down { value }).then(KeyAction::Up { value });
    }
    for key in held {
        actions = actions.then(KeyAction::Up { value: char::from(*key) });
    }
    Ok(page.client.perform_actions(actions).await?)
}

/// Types a line and presses Enter.
async fn write(page: &Page<'_>, line: &str) -> Result<()> {
    send(page, &[], &format!("{line}{}", char::from(Key::Enter))).await
}

/// Presses Tab until the focus stands on something.
async fn tab_to(page: &Page<'_>, css: &str) -> Result<()> {
    step_to(page, css, &[]).await
}

/// The same with Shift and Tab.
async fn tab_back_to(page: &Page<'_>, css: &str) -> Result<()> {
    step_to(page, css, &[Key::Shift]).await
}

async fn step_to(page: &Page<'_>, css: &str, held: &[Key]) -> Result<()> {
    let tab = char::from(Key::Tab).to_string();
    for _ in 0..TABS_MAX {
        send(page, held, &tab).await?;
        if is_focused(page, css).await? {
            return Ok(());
        }
    }
    anyhow::bail!("{TABS_MAX} times Tab do not lead to {css}")
}

async fn is_focused(page: &Page<'_>, css: &str) -> Result<bool> {
    let script = format!("return document.activeElement.matches({css:?})");
    Ok(page.evaluate(&script).await? == true)
}

/// Goes to a client's tab, or makes one; the focus is in the console before and after.
async fn as_client(page: &Page<'_>, who: &str) -> Result<()> {
    let prompt = format!("{who}>");
    if page.text("#console-prompt").await? == prompt {
        return Ok(());
    }
    let tab = format!("[data-tab={who:?}]");
    let script = format!("return document.querySelector({tab:?}) !== null");
    if page.evaluate(&script).await? == true {
        tab_back_to(page, &tab).await?;
        press(page, Key::Enter).await?;
    } else {
        tab_back_to(page, "#console [data-act=new]").await?;
        press(page, Key::Enter).await?;
        let is_open = async || {
            let is_open = is_focused(page, "#console [data-name]").await?;
            Ok(if is_open { Ok(()) } else { Err("no field for the name".to_owned()) })
        };
        page.wait_for("a field for the client's name", is_open).await?;
        send(page, &[Key::Control], "a").await?;
        write(page, who).await?;
    }
    page.wait_for_text("#console-prompt", &prompt).await?;
    let is_back = async || {
        let is_back = is_focused(page, id::INPUT).await?;
        Ok(if is_back { Ok(()) } else { Err("the focus is elsewhere".to_owned()) })
    };
    page.wait_for("the focus to be in the console", is_back).await
}

async fn is_there(page: &Page<'_>, number: &str) -> Result<Result<(), String>> {
    let script = "return document.querySelector('article.lesson')?.dataset.number || ''";
    let here = page.evaluate(script).await?;
    Ok(if here == *number { Ok(()) } else { Err(here.to_string()) })
}

async fn are_done(page: &Page<'_>) -> Result<Result<(), String>> {
    let script = "return [...document.querySelectorAll('[data-goal]')]
        .map((goal) => (goal.dataset.state || '?') + ' ' + goal.textContent).join('\\n')";
    let goals = page.evaluate(script).await?;
    let goals = goals.as_str().unwrap_or_default();
    let is_done = !goals.is_empty() && goals.lines().all(|goal| goal.starts_with("done "));
    Ok(if is_done { Ok(()) } else { Err(goals.to_owned()) })
}
