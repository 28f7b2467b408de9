//! The second part of the wasm: who waits for it, and who does not.

use anyhow::{Result, ensure};
use serde_json::json;

use super::first_session::goals_are;
use crate::page::Page;
use crate::runner::FRAME_NAME;

const FILE: &str = "streamlanes_later.wasm";
/// A command that first visits do without.
const RARE: (&str, &str) = ("COMMAND GETKEYS XADD s * a b", "1) \"s\"");

/// The four commands run from the first part alone, also in a page that never has time to load the
/// second one.
pub(super) async fn is_not_waited_for_in_a_first_visit(page: &Page<'_>) -> Result<()> {
    is_never_idle(page).await?;
    page.start("").await?;
    page.type_line("XADD mine * item tea").await?;
    let entry = page.said("\"17").await?;
    page.type_line("XGROUP CREATE mine billing 0").await?;
    page.type_line("XREADGROUP GROUP billing alice STREAMS mine >").await?;
    page.twin_shows("alice").await?;
    page.type_line(&format!("XACK mine billing {}", entry.trim())).await?;
    page.said("(integer) 1").await?;
    nobody_waited(page).await?;
    let is_there = page.evaluate(IS_THERE).await?;
    ensure!(is_there == false, "the page had time after all: nothing is shown");
    Ok(())
}

/// Nor does the first goal of a lesson wait. In Firefox, what is typed during a blocking request is
/// lost, and learners type the next line at once.
pub(super) async fn is_not_waited_for_by_a_first_goal(page: &Page<'_>) -> Result<()> {
    is_never_idle(page).await?;
    page.start("lessons/4.1-create-a-group.html").await?;
    page.type_line("XGROUP CREATE orders billing 0").await?;
    goals_are(page, &["done", "open"]).await?;
    nobody_waited(page).await
}

/// Whoever needs the second part before the page had time for it gets it at once.
pub(super) async fn is_fetched_by_a_rare_command_at_the_start(page: &Page<'_>) -> Result<()> {
    is_never_idle(page).await?;
    page.start("").await?;
    page.type_line(RARE.0).await?;
    page.said(RARE.1).await?;
    let waited = blocking_requests(page).await?;
    ensure!(waited.len() == 1 && waited[0].ends_with(FILE), "waited for {waited:?}");
    Ok(())
}

/// A page that was open for a moment needs the network no more.
pub(super) async fn is_there_when_the_network_is_gone(page: &Page<'_>) -> Result<()> {
    page.start("").await?;
    page.wait_until("the second part to be there", IS_THERE).await?;
    is_out_of_reach(page).await?;
    page.type_line(RARE.0).await?;
    page.said(RARE.1).await?;
    nobody_waited(page).await
}

/// If it cannot be loaded meanwhile, the page goes on, and asks again when it is needed.
pub(super) async fn may_fail_to_come_by_itself(page: &Page<'_>) -> Result<()> {
    page.visit(FRAME_NAME).await?;
    is_out_of_reach(page).await?;
    page.start("").await?;
    let has_failed = format!(
        "return performance.getEntriesByType('resource').some((one) => one.name.endsWith('{FILE}'))"
    );
    page.wait_until("the second part not to come", &has_failed).await?;
    page.type_line("XADD mine * item tea").await?;
    page.said("\"17").await?;
    page.devtools("Network.setBlockedURLs", json!({ "urls": [] })).await?;
    page.type_line(RARE.0).await?;
    page.said(RARE.1).await?;
    ensure!(page.evaluate(IS_THERE).await? == true, "the second part is not there");
    Ok(())
}

/// The browser tells of the request that fails.
pub(super) fn only_the_rest_is_missing(complaints: &[String]) -> Result<()> {
    let others: Vec<_> = complaints.iter().filter(|complaint| !complaint.contains(FILE)).collect();
    ensure!(others.is_empty(), "the browser's console has errors or warnings: {others:?}");
    Ok(())
}

/// Whether the second part is at work.
const IS_THERE: &str = "return performance.getEntriesByName('streamlanes-later').length === 1";

/// From now on, documents of this tab have no time for what can wait.
async fn is_never_idle(page: &Page<'_>) -> Result<()> {
    page.visit(FRAME_NAME).await?;
    page.evaluate("sessionStorage.setItem('is-never-idle', '1')").await?;
    Ok(())
}

async fn is_out_of_reach(page: &Page<'_>) -> Result<()> {
    page.devtools("Network.enable", json!({})).await?;
    page.devtools("Network.setBlockedURLs", json!({ "urls": [format!("*{FILE}")] })).await?;
    Ok(())
}

async fn nobody_waited(page: &Page<'_>) -> Result<()> {
    let waited = blocking_requests(page).await?;
    ensure!(
        waited.is_empty(),
        "the page waited for {waited:?}: xtask/later.txt names a function that a first visit runs"
    );
    Ok(())
}

/// What a script of this document waited for.
async fn blocking_requests(page: &Page<'_>) -> Result<Vec<String>> {
    let urls = page.evaluate("return seenByProbe.blocking").await?;
    let urls = urls.as_array().cloned().unwrap_or_default();
    Ok(urls.iter().filter_map(|url| url.as_str()).map(str::to_owned).collect())
}
