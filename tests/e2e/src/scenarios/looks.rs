//! The page in other circumstances: a phone, the dark, without motion.

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::page::{Page, id};

/// On a phone everything is there, nothing is wider than the screen, and a line can be put together
/// from chips without typing.
pub(super) async fn fits_a_phone(page: &Page<'_>) -> Result<()> {
    page.start("").await?;
    page.type_line("CLOCK PAUSE").await?;
    let width = page.evaluate("return innerWidth").await?;
    ensure!(width == 390, "the page is {width} wide");
    for pane in ["lesson", "services", "inspector", "feed", "ledger", "lanes"] {
        page.click(&format!("[data-show-pane='{pane}']")).await?;
        page.wait_for(&format!("the pane {pane}"), async || {
            let is_shown = page.find(&format!("#{pane}")).await?.is_displayed().await?;
            Ok(if is_shown { Ok(()) } else { Err("hidden".to_owned()) })
        })
        .await?;
        let widest = page
            .evaluate("return document.documentElement.scrollWidth - innerWidth")
            .await?
            .as_i64()
            .context("a width")?;
        ensure!(widest <= 0, "with the pane {pane} the page is {widest} pixels too wide");
        ensure!(page.find(id::INPUT).await?.is_displayed().await?, "the input is hidden");
    }
    for chip in ["XINFO", "STREAM", "orders"] {
        page.click(&format!("[data-chip='{chip}']")).await?;
    }
    page.input_holds("XINFO STREAM orders ").await?;
    page.click(".chip-run").await?;
    page.said("1) \"length\"").await?;
    page.reload().await?;
    page.said("1) \"length\"").await?;
    Ok(())
}

/// The system's dark colours are taken; the settings overrule them and are remembered.
pub(super) async fn is_dark(page: &Page<'_>) -> Result<()> {
    page.start("").await?;
    ensure!(brightness(page).await? < 80, "the page is not dark");
    ensure!(picture_brightness(page).await? < 80, "the lanes are not dark");
    choose(page, "settings-theme", "light").await?;
    page.wait_for("light", async || {
        let (page_is, lanes_are) = (brightness(page).await?, picture_brightness(page).await?);
        let is_light = 160 < page_is && 160 < lanes_are;
        Ok(if is_light { Ok(()) } else { Err(format!("{page_is} {lanes_are}")) })
    })
    .await?;
    page.reload().await?;
    ensure!(160 < brightness(page).await?, "the choice of colours was forgotten");
    Ok(())
}

/// Without motion an event changes the picture once; with motion many times.
pub(super) async fn can_be_still(page: &Page<'_>) -> Result<()> {
    page.start("").await?;
    page.type_line("CLOCK PAUSE").await?;
    page.said("CLOCK PAUSE").await?;
    let still = pictures_after(page, "XADD orders * item tea").await?;
    ensure!(still <= 3, "without motion there were {still} pictures of one event");
    choose(page, "settings-motion", "full").await?;
    let moving = pictures_after(page, "XADD orders * item jam").await?;
    ensure!(3 < moving, "with motion there were only {moving} pictures");
    Ok(())
}

/// How many different pictures of the lanes there are from a line to 40 frames after its effect.
async fn pictures_after(page: &Page<'_>, line: &str) -> Result<u64> {
    page.type_into_console(line).await?;
    page.evaluate(
        "const canvas = document.getElementById('lanes-canvas');
         window.pictures = new Set([canvas.toDataURL()]);
         window.nFrames = 0;
         // Firefox runs scripts beside the page: a bare name would be a variable of this one.
         const look = () => {
             window.pictures.add(canvas.toDataURL());
             if (1 < window.pictures.size) window.nFrames += 1;
             if (window.nFrames < 40) requestAnimationFrame(look);
         };
         requestAnimationFrame(look);",
    )
    .await?;
    page.type_line("").await?;
    page.wait_until("40 frames", "return 40 <= nFrames").await?;
    page.evaluate("return pictures.size").await?.as_u64().context("a number of pictures")
}

async fn brightness(page: &Page<'_>) -> Result<u64> {
    let script = "const parts = getComputedStyle(document.body).backgroundColor.match(/[\\d.]+/g);
        return Math.round((+parts[0] + +parts[1] + +parts[2]) / 3)";
    number(page.evaluate(script).await?)
}

/// The mean of the lanes' picture.
async fn picture_brightness(page: &Page<'_>) -> Result<u64> {
    let script = "const canvas = document.getElementById('lanes-canvas');
        const copy = document.createElement('canvas');
        [copy.width, copy.height] = [canvas.width, canvas.height];
        const context = copy.getContext('2d', { willReadFrequently: true });
        context.drawImage(canvas, 0, 0);
        const data = context.getImageData(0, 0, copy.width, copy.height).data;
        let sum = 0, n = 0;
        const body = getComputedStyle(document.body).backgroundColor.match(/[\\d.]+/g);
        for (let at = 0; at < data.length; at += 4 * 97) {
            const share = data[at + 3] / 255;
            for (let part = 0; part < 3; part += 1) {
                sum += data[at + part] * share + body[part] * (1 - share);
                n += 1;
            }
        }
        return Math.round(sum / n)";
    number(page.evaluate(script).await?)
}

fn number(value: Value) -> Result<u64> {
    value.as_u64().context("a number")
}

/// Chooses in the settings, as a person does.
pub(super) async fn choose(page: &Page<'_>, select: &str, value: &str) -> Result<()> {
    page.click("#settings-open").await?;
    page.click(&format!("#{select} option[value='{value}']")).await?;
    page.click("#settings [value='close']").await?;
    let script = "return !document.getElementById('settings').open";
    page.wait_until("the settings to close", script).await
}
