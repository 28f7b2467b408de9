//! What axe-core says about each state of the page: nothing.

use std::fs;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use xtask::setup::node;
use xtask::workspace::Workspace;

use super::looks::choose;
use crate::driver::Look;
use crate::page::{Page, id};

/// The states of the main page: empty, running, paused, an error, each dialog, each pane.
pub(super) async fn has_no_barriers(page: &Page<'_>) -> Result<()> {
    let axe = Axe::get()?;
    page.start("").await?;
    axe.check(page, "running").await?;
    page.type_line("CLOCK PAUSE").await?;
    page.type_line("XADD mine 1-1 item").await?;
    page.said("(error)").await?;
    page.type_line("XLEN orders").await?;
    page.click_button("Why? About the reply to XLEN orders").await?;
    page.wait_for_text(".row-why", "").await?;
    page.click(id::INPUT).await?;
    page.write("XGROUP \u{e004}").await?;
    page.wait_for_text("#console-completions", "CREATE").await?;
    axe.check(page, "paused, an error, why, a list of suggestions").await?;
    // Once for the list, once for the line.
    page.press_with_control('c').await?;
    page.press_with_control('c').await?;
    page.input_holds("").await?;
    for tab in ["inspector", "feed", "ledger", "services"] {
        page.click(&format!("#tab-{tab}")).await?;
        axe.check(page, tab).await?;
    }
    page.click("#lanes-as-list").await?;
    axe.check(page, "the lanes as a list").await?;
    page.click("#lanes-twin [data-target]").await?;
    page.wait_for_text("#biography-title", "-").await?;
    axe.check(page, "a biography").await?;
    page.click("#biography-close").await?;
    page.click("#lanes-as-list").await?;
    for dialog in ["settings", "share"] {
        page.click(&format!("#{dialog}-open")).await?;
        axe.check(page, dialog).await?;
        page.press(&[fantoccini::key::Key::Escape]).await?;
    }
    choose(page, "settings-theme", "dark").await?;
    axe.check(page, "dark").await?;
    page.type_line("SCENARIO LOAD empty").await?;
    page.wait_until("the empty world", "return !document.querySelector('[data-target]')").await?;
    axe.check(page, "empty").await
}

/// On a phone, with each pane; and a page of the course.
pub(super) async fn has_none_on_a_phone_and_in_a_lesson(page: &Page<'_>) -> Result<()> {
    let axe = Axe::get()?;
    page.start("lessons/4.3-delivered-is-not-done.html").await?;
    axe.check(page, "a lesson").await?;
    page.set_viewport(Look::PHONE).await?;
    page.click("[data-show-pane='lesson']").await?;
    axe.check(page, "a lesson on a phone").await?;
    page.start("").await?;
    for pane in ["lanes", "lesson", "services", "inspector", "feed", "ledger"] {
        page.click(&format!("[data-show-pane='{pane}']")).await?;
        axe.check(page, &format!("{pane} on a phone")).await?;
    }
    Ok(())
}

struct Axe(String);

impl Axe {
    fn get() -> Result<Axe> {
        let file = node::axe(&Workspace::find()?)?;
        Ok(Axe(fs::read_to_string(&file).with_context(|| file.display().to_string())?))
    }

    async fn check(&self, page: &Page<'_>, state: &str) -> Result<()> {
        if page.evaluate("return !window.axe").await? == true {
            page.evaluate(&self.0).await?;
        }
        let script = "axe.run(document, { resultTypes: ['violations'] }).then((result) => {
            const told = result.violations.map((rule) => ({
                rule: rule.id,
                nodes: rule.nodes.slice(0, 5).map((node) => node.target.join(' ')),
                why: rule.nodes[0].failureSummary,
            }));
            done({ told, passes: result.passes.length });
        }, (error) => done(String(error)))";
        let answer = page.evaluate_later(script, Vec::new()).await?;
        let n_passes = answer["passes"].as_u64().with_context(|| format!("no result: {answer}"))?;
        ensure!(10 < n_passes, "{state}: only {n_passes} rules applied");
        let is_clean = answer["told"] == json!([]);
        ensure!(is_clean, "{state}: {}", serde_json::to_string_pretty::<Value>(&answer["told"])?);
        Ok(())
    }
}
