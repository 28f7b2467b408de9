//! A person types the first four commands, makes mistakes, reloads.

use anyhow::{Context, Result, ensure};

use crate::page::{Page, id};

/// XADD, XGROUP CREATE, XREADGROUP, XACK: replies as redis-cli shows them, the lanes follow, and a
/// reload brings everything back.
pub(super) async fn adds_reads_and_acknowledges(page: &Page<'_>) -> Result<()> {
    open(page, "").await?;
    page.type_line("CLOCK PAUSE").await?;
    page.type_line("XADD mine * item tea").await?;
    let entry = said(page, "\"17").await?;
    let entry = entry.trim().trim_matches('"').to_owned();
    page.type_line("XGROUP CREATE mine billing 0").await?;
    page.type_line("XREADGROUP GROUP billing alice STREAMS mine >").await?;
    twin_shows(page, "alice").await?;
    page.type_line(&format!("XACK mine billing {entry}")).await?;
    said(page, "(integer) 1").await?;
    open(page, "").await?;
    said(page, "(integer) 1").await?;
    twin_shows(page, "alice").await?;
    page.type_line("XPENDING mine billing").await?;
    said(page, "1) (integer) 0").await?;
    Ok(())
}

/// Mistakes get Redis's own words and change nothing.
pub(super) async fn makes_mistakes(page: &Page<'_>) -> Result<()> {
    open(page, "").await?;
    page.type_line("CLOCK PAUSE").await?;
    page.type_line("NOPE a").await?;
    said(page, "(error) ERR unknown command 'NOPE', with args beginning with: 'a'").await?;
    page.type_line("XADD mine *").await?;
    said(page, "(error) ERR wrong number of arguments for 'xadd' command").await?;
    page.type_line("XADD mine * item \"tea").await?;
    said(page, "Invalid argument(s)").await?;
    page.type_line("EXISTS mine").await?;
    said(page, "(integer) 0").await?;
    Ok(())
}

/// A lesson by its buttons and the keyboard: its goals are open, then done.
pub(super) async fn solves_a_lesson(page: &Page<'_>) -> Result<()> {
    open(page, "lessons/0.1-first-command.html").await?;
    goals_are(page, &["open", "open"]).await?;
    page.type_line("XADD orders * item tea").await?;
    goals_are(page, &["done", "open"]).await?;
    page.type_line("XADD orders * item cake").await?;
    goals_are(page, &["done", "done"]).await?;
    said(page, "All goals are reached").await?;
    Ok(())
}

/// Opens a page and waits until the engine answers: before that there is nobody to press Enter for.
pub(super) async fn open(page: &Page<'_>, path: &str) -> Result<()> {
    page.visit(path).await?;
    let find = async || {
        let script = "return document.querySelectorAll('#lesson-body[data-live]').length";
        let n_live = page.evaluate(script).await?;
        Ok(if n_live == 1 { Ok(()) } else { Err(n_live.to_string()) })
    };
    page.wait_for("the page to come to life", find).await
}

/// Waits until a line of the transcript begins with `start`; returns that line.
pub(super) async fn said(page: &Page<'_>, start: &str) -> Result<String> {
    let find = async || {
        let transcript = page.find(id::TRANSCRIPT).await?.text().await?;
        let found = transcript.lines().rev().find(|line| line.trim_start().starts_with(start));
        Ok(found.map(str::to_owned).ok_or(transcript))
    };
    page.wait_for(&format!("the console to say {start}"), find).await
}

async fn twin_shows(page: &Page<'_>, word: &str) -> Result<()> {
    let find = async || {
        let script = format!("return document.querySelector('{}').textContent", id::TWIN);
        let text = page.evaluate(&script).await?;
        let text = text.as_str().unwrap_or_default().to_owned();
        Ok(if text.contains(word) { Ok(()) } else { Err(text) })
    };
    page.wait_for(&format!("the lanes to show {word}"), find).await
}

pub(super) async fn goals_are(page: &Page<'_>, wanted: &[&str]) -> Result<()> {
    let find = async || {
        let script = "return [...document.querySelectorAll('[data-goal]')]
            .map((goal) => goal.dataset.state || '')";
        let states = page.evaluate(script).await?;
        let states = states.as_array().context("no goals in the page")?;
        let states: Vec<_> = states.iter().filter_map(|state| state.as_str()).collect();
        ensure!(states.len() == wanted.len(), "the page has {} goals", states.len());
        Ok(if states == wanted { Ok(()) } else { Err(format!("{states:?}")) })
    };
    page.wait_for("the goals to stand so", find).await
}
