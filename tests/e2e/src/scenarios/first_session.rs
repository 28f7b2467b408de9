//! A person types the first four commands, makes mistakes, reloads.

use anyhow::{Context, Result, ensure};

use crate::page::Page;

/// XADD, XGROUP CREATE, XREADGROUP, XACK: replies as redis-cli shows them, the lanes follow, and a
/// reload brings everything back.
pub(super) async fn adds_reads_and_acknowledges(page: &Page<'_>) -> Result<()> {
    page.start("").await?;
    page.type_line("CLOCK PAUSE").await?;
    page.type_line("XADD mine * item tea").await?;
    let entry = page.said("\"17").await?;
    let entry = entry.trim().trim_matches('"').to_owned();
    page.type_line("XGROUP CREATE mine billing 0").await?;
    page.type_line("XREADGROUP GROUP billing alice STREAMS mine >").await?;
    page.twin_shows("alice").await?;
    page.type_line(&format!("XACK mine billing {entry}")).await?;
    page.said("(integer) 1").await?;
    page.start("").await?;
    page.said("(integer) 1").await?;
    page.twin_shows("alice").await?;
    page.type_line("XPENDING mine billing").await?;
    page.said("1) (integer) 0").await?;
    Ok(())
}

/// Mistakes get Redis's own words and change nothing.
pub(super) async fn makes_mistakes(page: &Page<'_>) -> Result<()> {
    page.start("").await?;
    page.type_line("CLOCK PAUSE").await?;
    page.type_line("NOPE a").await?;
    page.said("(error) ERR unknown command 'NOPE', with args beginning with: 'a'").await?;
    page.type_line("XADD mine *").await?;
    page.said("(error) ERR wrong number of arguments for 'xadd' command").await?;
    page.type_line("XADD mine * item \"tea").await?;
    page.said("Invalid argument(s)").await?;
    page.type_line("EXISTS mine").await?;
    page.said("(integer) 0").await?;
    Ok(())
}

/// A lesson by its buttons and the keyboard: its goals are open, then done.
pub(super) async fn solves_a_lesson(page: &Page<'_>) -> Result<()> {
    page.start("lessons/0.1-first-command.html").await?;
    goals_are(page, &["open", "open"]).await?;
    page.type_line("XADD orders * item tea").await?;
    goals_are(page, &["done", "open"]).await?;
    page.type_line("XADD orders * item cake").await?;
    goals_are(page, &["done", "done"]).await?;
    page.said("All goals are reached").await?;
    Ok(())
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
