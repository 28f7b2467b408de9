//! What surrounds a lesson: demonstrations, goals that are violated, checkpoints, moving on and
//! back, progress from a file.

use std::fs;

use anyhow::{Result, ensure};
use fantoccini::Locator;

use super::first_session::goals_are;
use crate::page::Page;

/// A demonstration shows one step at a time, and its slider obeys the keyboard.
pub(super) async fn scrubs_a_demonstration(page: &Page<'_>) -> Result<()> {
    page.start("lessons/6.1-crash-before-ack.html").await?;
    shown_step(page, "Step 0: Before").await?;
    page.find(".demo input").await?.send_keys("\u{e014}\u{e014}").await?;
    let last = "Step 2: alice> XREADGROUP GROUP billing alice STREAMS orders >";
    shown_step(page, last).await?;
    let said = page.find(".demo input").await?.attr("aria-valuetext").await?;
    ensure!(said.as_deref() == Some(last), "the slider says {said:?}");
    page.find(".demo [data-action=back]").await?.click().await?;
    shown_step(page, "Step 1: alice> XREADGROUP GROUP billing alice STREAMS orders >").await?;
    goals_are(page, &["open", "open", "open", "done"]).await
}

/// A goal says why it is violated; the checkpoint leads back to before that, the reset to the
/// start.
pub(super) async fn goes_back_to_a_checkpoint(page: &Page<'_>) -> Result<()> {
    page.start("lessons/6.1-crash-before-ack.html").await?;
    page.type_line("XPENDING orders billing").await?;
    goals_are(page, &["open", "open", "done", "done"]).await?;
    page.type_line("XACK orders billing 1700000000000-0").await?;
    goals_are(page, &["open", "open", "done", "violated"]).await?;
    let reason = page.text("[data-goal=still] .goal-note").await?;
    ensure!(reason.starts_with("you typed `XACK orders billing"), "the goal says: {reason}");
    page.find("[data-action=checkpoint]").await?.click().await?;
    goals_are(page, &["open", "open", "done", "done"]).await?;
    page.type_line("XPENDING orders billing - + 10").await?;
    page.said("1) 1) \"1700000000000-0\"").await?;
    page.find("[data-action=reset]").await?.click().await?;
    goals_are(page, &["open", "open", "open", "done"]).await
}

/// Links and the browser's buttons change the lesson and not the page; each lesson goes on in the
/// world in which it was left.
pub(super) async fn moves_on_and_back(page: &Page<'_>) -> Result<()> {
    page.start("lessons/4.1-create-a-group.html").await?;
    page.evaluate("window.isSamePage = true").await?;
    page.type_line("XGROUP CREATE orders billing 0").await?;
    goals_are(page, &["done", "open"]).await?;
    page.find("a[rel=next]").await?.click().await?;
    page.wait_for_text("#lesson-title", "Share the work").await?;
    goals_are(page, &["open", "open"]).await?;
    let title = page.client.title().await?;
    ensure!(title.starts_with("4.2 Share the work"), "the page is called {title}");
    let focus = page.evaluate("return document.activeElement.id").await?;
    ensure!(focus == "lesson-title", "the focus is at {focus}");
    page.client.back().await?;
    page.wait_for_text("#lesson-title", "Create a group").await?;
    goals_are(page, &["done", "open"]).await?;
    page.client.forward().await?;
    page.wait_for_text("#lesson-title", "Share the work").await?;
    let is_same = page.evaluate("return window.isSamePage === true").await?;
    ensure!(is_same == true, "the page was loaded anew on the way");
    page.client.refresh().await?;
    page.wait_for_text("#lesson-title", "Share the work").await?;
    page.wait_for_text("#course-progress", "0 of").await?;
    Ok(())
}

/// Progress comes from a file; what is damaged in it is said and left out.
pub(super) async fn takes_progress_from_a_file(page: &Page<'_>) -> Result<()> {
    page.start("").await?;
    take_file(page, "streamlanes progress 1\n4.1 solved\n4.2 solved\n<b>x\nlast 4.2\n").await?;
    let words =
        "Progress taken over: 2 lessons are solved now. 1 line of the file could not be read.";
    page.said(words).await?;
    page.wait_for_text("#course-continue", "Go on with 4.3").await?;
    take_file(page, "something else\n").await?;
    page.said("Nothing was opened: this is no saved progress").await?;
    page.wait_for_text("#course-progress", "2 of").await?;
    Ok(())
}

async fn take_file(page: &Page<'_>, text: &str) -> Result<()> {
    let name = format!("streamlanes-progress-{}-{}.txt", std::process::id(), text.len());
    let path = std::env::temp_dir().join(name);
    fs::write(&path, text)?;
    let field = page.client.find(Locator::Css(".course-file input")).await?;
    let sent = field.send_keys(&path.display().to_string()).await;
    // The browser reads it after it was chosen.
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    fs::remove_file(&path)?;
    Ok(sent?)
}

async fn shown_step(page: &Page<'_>, wanted: &str) -> Result<()> {
    let find = async || {
        let script = "return [...document.querySelectorAll('.demo [data-step]')]
            .filter((step) => step.offsetHeight > 0).map((step) => step.dataset.step)";
        let shown = page.evaluate(script).await?;
        let shown: Vec<_> = shown.as_array().into_iter().flatten().collect();
        let is_right = shown.len() == 1 && *shown[0] == *wanted;
        Ok(if is_right { Ok(()) } else { Err(format!("{shown:?}")) })
    };
    page.wait_for(&format!("the demonstration to show {wanted}"), find).await
}
