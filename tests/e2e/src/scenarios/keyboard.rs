//! The whole page without a mouse.

use anyhow::{Context, Result};
use fantoccini::key::Key;

use crate::page::{Page, id};

/// Most presses of Tab before an element that is being looked for must have had the focus.
const TABS_MAX: usize = 60;

/// From the skip link to the console, the time bar, the panes, a dialog, and an entry's life.
pub(super) async fn is_enough(page: &Page<'_>) -> Result<()> {
    page.start("").await?;
    page.press(&[Key::Tab]).await?;
    has_focus(page, ".skip").await?;
    page.press(&[Key::Enter]).await?;
    has_focus(page, id::INPUT).await?;
    page.write("CLOCK PAUSE").await?;
    page.press(&[Key::Enter]).await?;
    for line in ["FLUSHALL", "XADD mine 1-1 item tea", "XADD mine 2-2 item jam"] {
        page.write(line).await?;
        page.press(&[Key::Enter]).await?;
    }
    page.twin_shows("2-2").await?;
    back_to(page, "#lanes-as-list").await?;
    page.press(&[Key::Enter]).await?;
    forward_to(page, "#lanes-twin [data-target]").await?;
    page.press(&[Key::Down]).await?;
    page.press(&[Key::Enter]).await?;
    page.wait_for_text("#biography-title", "-").await?;
    page.press(&[Key::Escape]).await?;
    is_shut(page, "biography").await?;
    back_to(page, "#settings-open").await?;
    page.press(&[Key::Enter]).await?;
    forward_to(page, "#settings-theme").await?;
    page.press(&[Key::Escape]).await?;
    is_shut(page, "settings").await?;
    has_focus(page, "#settings-open").await?;
    back_to(page, "#time-step").await?;
    page.press(&[Key::Enter]).await?;
    page.said("CLOCK STEP").await?;
    forward_to(page, "#tab-services").await?;
    page.press(&[Key::Right]).await?;
    has_focus(page, "#tab-inspector").await?;
    back_to(page, id::INPUT).await?;
    page.write("PING").await?;
    page.press(&[Key::Enter]).await?;
    page.said("PONG").await?;
    Ok(())
}

async fn is_shut(page: &Page<'_>, dialog: &str) -> Result<()> {
    let script = format!("return !document.getElementById('{dialog}').open");
    page.wait_until(&format!("the dialog {dialog} to close"), &script).await
}

async fn has_focus(page: &Page<'_>, css: &str) -> Result<()> {
    let script = format!(
        "return document.activeElement.matches(\"{css}\") || document.activeElement.outerHTML"
    );
    page.wait_until(&format!("{css} to have the focus"), &script).await
}

async fn forward_to(page: &Page<'_>, css: &str) -> Result<()> {
    tab_to(page, css, &[Key::Tab]).await
}

async fn back_to(page: &Page<'_>, css: &str) -> Result<()> {
    tab_to(page, css, &[Key::Shift, Key::Tab]).await
}

async fn tab_to(page: &Page<'_>, css: &str, keys: &[Key]) -> Result<()> {
    let script = format!("return document.activeElement.matches(\"{css}\")");
    for _ in 0..TABS_MAX {
        page.press(keys).await?;
        if page.evaluate(&script).await? == true {
            return Ok(());
        }
    }
    None.with_context(|| format!("{TABS_MAX} presses of Tab do not reach {css}"))
}
