//! The time bar: the past can be looked at, and changed.

use anyhow::{Result, ensure};
use fantoccini::key::Key;

use crate::page::Page;

/// Back by the slider and forward by it; a line in the past begins another future.
pub(super) async fn scrubs_and_forks(page: &Page<'_>) -> Result<()> {
    page.start("").await?;
    page.click("#time-play").await?;
    page.said("CLOCK PAUSE").await?;
    page.type_line("XADD mine 1-1 item tea").await?;
    page.click_button("+10 s").await?;
    page.type_line("XADD mine 2-2 item jam").await?;
    page.twin_shows("2-2").await?;
    let end = clock(page).await?;
    press_on(page, "#time-scrub", Key::Home).await?;
    page.wait_for("the clock to go back", async || {
        let now = clock(page).await?;
        Ok(if now < end { Ok(()) } else { Err(now) })
    })
    .await?;
    twin_forgets(page, "2-2").await?;
    press_on(page, "#time-scrub", Key::End).await?;
    page.twin_shows("2-2").await?;
    press_on(page, "#time-scrub", Key::Home).await?;
    twin_forgets(page, "2-2").await?;
    page.type_line("XADD mine 3-3 item ham").await?;
    page.twin_shows("3-3").await?;
    press_on(page, "#time-scrub", Key::End).await?;
    page.type_line("XLEN mine").await?;
    page.said("(integer) 1").await?;
    Ok(())
}

/// Play, step and speed run their lines.
pub(super) async fn runs_and_steps(page: &Page<'_>) -> Result<()> {
    page.start("").await?;
    page.click("#time-play").await?;
    page.wait_until(
        "the clock to stand",
        "return document.getElementById('time-play').getAttribute('aria-pressed') === 'false'",
    )
    .await?;
    let before = clock(page).await?;
    page.click("#time-step").await?;
    page.wait_for("a step", async || {
        let now = clock(page).await?;
        Ok(if before < now { Ok(()) } else { Err(now) })
    })
    .await?;
    press_on(page, "#time-speed", Key::End).await?;
    page.wait_for_text("#time-speed-value", "100×").await?;
    let before = clock(page).await?;
    page.click("#time-play").await?;
    page.wait_for("time to run", async || {
        let now = clock(page).await?;
        Ok(if before < now { Ok(()) } else { Err(now) })
    })
    .await?;
    let value = page.text("#time-speed-value").await?;
    ensure!(value == "100×", "the speed is {value}");
    Ok(())
}

async fn clock(page: &Page<'_>) -> Result<String> {
    page.text("#time-clock").await
}

async fn press_on(page: &Page<'_>, css: &str, key: Key) -> Result<()> {
    Ok(page.find(css).await?.send_keys(&char::from(key).to_string()).await?)
}

async fn twin_forgets(page: &Page<'_>, word: &str) -> Result<()> {
    let script =
        format!("return !document.getElementById('lanes-twin').textContent.includes('{word}')");
    page.wait_until(&format!("the lanes without {word}"), &script).await
}
