//! Texts of strangers stay texts, wherever they come from and wherever they are shown.

#[path = "../../../hostile/mod.rs"]
mod texts;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use streamlanes::command::Profile;
use streamlanes::limits::{NAME_BYTES_MAX, PASTE_BYTES_MAX};
use streamlanes::sim::share::to_link;
use streamlanes::sim::{Input, Saved, Scenario, Session};
use streamlanes::view::store;

use super::console::paste;
use crate::page::Page;
use crate::runner::FRAME_NAME;

/// The issue asks for so many.
const N_TEXTS_MIN: usize = 200;

/// Texts that are pasted at the same time.
const BATCH: usize = 50;

/// What the page is made of when nobody has put anything into it: none of these elements, no
/// handler in the markup, one script besides the tests' own.
const MADE: &str = "const bad = [...document.querySelectorAll('*')].filter((it) =>
        /^(iframe|object|embed|base|img|video|audio|style|math|template|marquee|frameset)$/i
            .test(it.localName)
        || [...it.attributes].some((at) => /^on/i.test(at.name)
            || /^(href|src|action|formaction|srcdoc)$/i.test(at.name)
                && /^[\\s\\x00-\\x20]*(javascript|data|vbscript):/i.test(at.value)));
    const nScripts = document.scripts.length;
    return bad.length || nScripts !== 2 || !document.title.startsWith('Streamlanes')
        ? [nScripts, document.title, ...bad.slice(0, 5).map((it) => it.outerHTML)] : []";

/// Keys, fields, values, groups, consumers, services and unknown commands.
pub(super) async fn stays_text_in_the_console(page: &Page<'_>) -> Result<()> {
    let texts = texts::payloads();
    ensure!(N_TEXTS_MIN <= texts.len(), "only {} texts", texts.len());
    page.start("").await?;
    page.type_line("SCENARIO LOAD empty").await?;
    page.type_line("CLOCK PAUSE").await?;
    let tabs = ["inspector", "feed", "services", "ledger"];
    for (idx, batch) in texts.chunks(BATCH).enumerate() {
        page.click(&format!("#tab-{}", tabs[idx % tabs.len()])).await?;
        let mut lines: Vec<String> = vec!["FLUSHALL".to_owned()];
        for text in batch {
            lines.extend(lines_with(text));
        }
        // Services among them act for a moment, and their effects reach the ledger.
        lines.push("CLOCK JUMP 100ms".to_owned());
        lines.push(format!("ECHO batch-{idx}-is-done"));
        for part in pastes(&lines) {
            paste(page, &part).await?;
        }
        page.said(&format!("\"batch-{idx}-is-done\"")).await?;
        nothing_was_made(page).await?;
    }
    page.click("#lanes-as-list").await?;
    page.click("#lanes-twin [data-target]").await?;
    page.wait_for_text("#biography-title", "-").await?;
    nothing_was_made(page).await?;
    page.click("#biography-close").await?;
    answers(page).await?;
    // What was typed is the stored session now, and the history.
    page.reload().await?;
    nothing_was_made(page).await?;
    answers(page).await
}

/// Names of scenarios, clients and lessons, and lines, in links: shown, and some of them opened.
pub(super) async fn stays_text_in_links(page: &Page<'_>) -> Result<()> {
    let texts: Vec<String> = strings();
    page.start("").await?;
    let mut fragments = Vec::new();
    for text in &texts {
        // What is too long for a link is none.
        fragments.extend(to_link(&saved(std::slice::from_ref(text))?).ok());
        fragments.push(text.clone());
        fragments.push(format!("U0w{text}"));
    }
    let n_links = fragments.iter().filter(|it| it.starts_with("U0w")).count();
    ensure!(N_TEXTS_MIN <= n_links, "only {n_links} links");
    let script = "const dialog = document.getElementById('share');
        const fragments = arguments[0];
        const frame = () => new Promise((go) => requestAnimationFrame(go));
        (async () => {
            let nShown = 0;
            for (const fragment of fragments) {
                location.hash = fragment;
                if (!fragment.startsWith('U0w')) continue;
                await frame();
                if (dialog.open) nShown += 1;
            }
            return nShown;
        })().then(done, (error) => done(String(error)))";
    let mut n_shown = 0;
    for part in fragments.chunks(60) {
        let n = page.evaluate_later(script, vec![json!(part)]).await?;
        n_shown += n.as_u64().with_context(|| format!("not a number: {n}"))?;
    }
    ensure!(N_TEXTS_MIN as u64 <= n_shown, "only {n_shown} links were shown");
    nothing_was_made(page).await?;
    for batch in texts.chunks(60).filter_map(|batch| to_link(&saved(batch).ok()?).ok()) {
        page.client.execute("location.hash = arguments[0]", vec![json!(batch)]).await?;
        page.click("[data-share='take']").await?;
        page.wait_until(
            "the session to open",
            "return !document.getElementById('share').open && !location.hash",
        )
        .await?;
        nothing_was_made(page).await?;
    }
    answers(page).await
}

/// Stored sessions and settings: well-formed with hostile texts in them, and plain rubbish.
pub(super) async fn stays_text_in_stored_sessions(page: &Page<'_>) -> Result<()> {
    let texts = strings();
    page.start("").await?;
    for (idx, batch) in texts.chunks(75).enumerate() {
        let saved = saved(batch)?;
        let first = batch.first().context("a batch has a text")?;
        let mut records: Vec<String> = saved.journal.iter().map(store::encode).collect();
        if idx % 2 == 1 {
            records.extend(batch.iter().cloned());
        }
        let scenario = &saved.scenario;
        let mut values = json!({
            "world": format!("7 8.6 - {}\n{}", scenario.name.replace('\n', " "), scenario.text),
            "history": batch.join("\n"),
            "settings": first,
            "time": first,
        });
        if idx % 2 == 1 {
            values["world"] = json!(first);
        }
        page.visit(FRAME_NAME).await?;
        store_session(page, &records, &values).await?;
        page.start("").await?;
        nothing_was_made(page).await?;
        answers(page).await?;
    }
    Ok(())
}

/// A line for each place in which a text can be.
fn lines_with(text: &[u8]) -> Vec<String> {
    let quoted = quoted(text);
    let mut lines = vec![
        format!("XADD {quoted} * {quoted} {quoted}"),
        format!("XGROUP CREATE {quoted} {quoted} 0"),
        format!("XREADGROUP GROUP {quoted} {quoted} STREAMS {quoted} >"),
        format!("CLIENT SETNAME {quoted}"),
        format!("SIM ADD PRODUCER {quoted} STREAM {quoted} RATE 100/s FIELDS order {quoted}"),
        format!("SIM ADD CONSUMER {quoted} STREAM {quoted} GROUP {quoted} EFFECT {quoted}"),
    ];
    if let Ok(text) = str::from_utf8(text)
        && !text.contains(['\n', '\r'])
    {
        lines.push(text.to_owned());
        lines.push(format!("HELP {text}"));
    }
    lines
}

/// Lines as texts that are not too long to be pasted.
fn pastes(lines: &[String]) -> Vec<String> {
    let mut parts = vec![String::new()];
    for line in lines {
        let is_full = |part: &String| PASTE_BYTES_MAX < part.len() + line.len() + 1;
        if parts.last().is_none_or(is_full) {
            parts.push(String::new());
        }
        if let Some(part) = parts.last_mut() {
            part.push_str(line);
            part.push('\n');
        }
    }
    parts
}

/// As a word for redis-cli: what prints stands for itself.
fn quoted(text: &[u8]) -> String {
    let readable = str::from_utf8(text).ok().filter(|it| !it.contains(char::is_control));
    if let Some(text) = readable {
        return format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
    }
    let escape = |byte: &u8| match byte {
        b'"' | b'\\' => format!("\\{}", char::from(*byte)),
        0x20..0x7f => char::from(*byte).to_string(),
        _ => format!("\\x{byte:02x}"),
    };
    format!("\"{}\"", text.iter().map(escape).collect::<String>())
}

fn strings() -> Vec<String> {
    let texts = texts::payloads();
    texts.iter().map(|text| String::from_utf8_lossy(text).into_owned()).collect()
}

/// A session in which the texts are the scenario's name, title and about, the lesson, the names of
/// clients, and what they said.
fn saved(texts: &[String]) -> Result<Saved> {
    let short = |text: &String| -> String {
        let mut name = String::new();
        for c in text.chars() {
            if NAME_BYTES_MAX < name.len() + c.len_utf8() {
                break;
            }
            name.push(c);
        }
        name
    };
    let first = texts.first().context("there is a text")?;
    let one_line: String = first.chars().filter(|c| !c.is_control()).collect();
    let about = format!("title: x{one_line}\nabout: {one_line}\n");
    let scenario = Scenario::parse(&short(first), &about)
        .map_err(|error| anyhow::anyhow!("no scenario: {error:?}"))?;
    let mut saved = Session::new(scenario, 7, Profile::Redis86).save();
    for text in texts {
        let quoted = quoted(text.as_bytes());
        for line in [format!("XADD {quoted} * {quoted} {quoted}"), text.replace('\n', " ")] {
            let who = short(text).into();
            saved.journal.push(Input { at: saved.now, who, line: line.into() });
        }
    }
    saved.lesson = Some((short(first).into(), 1));
    Ok(saved)
}

/// Writes into the browser's store what an earlier visit could have left.
async fn store_session(page: &Page<'_>, records: &[String], values: &Value) -> Result<()> {
    let script = "const open = indexedDB.open('streamlanes');
        open.onerror = () => done('no store');
        open.onsuccess = () => {
            const tx = open.result.transaction(['records', 'values'], 'readwrite');
            const stores = ['records', 'values'].map((name) => tx.objectStore(name));
            stores[0].clear();
            arguments[0].forEach((record, idx) => stores[0].put(record, idx));
            for (const [name, value] of Object.entries(arguments[1])) stores[1].put(value, name);
            tx.onabort = () => done('aborted: ' + tx.error);
            tx.oncomplete = () => { open.result.close(); done(''); };
        }";
    let problem = page.evaluate_later(script, vec![json!(records), values.clone()]).await?;
    ensure!(problem == "", "the store was not written: {problem}");
    Ok(())
}

async fn nothing_was_made(page: &Page<'_>) -> Result<()> {
    let made = page.evaluate(MADE).await?;
    ensure!(made == json!([]), "a text became an element: {made:#}");
    Ok(())
}

async fn answers(page: &Page<'_>) -> Result<()> {
    page.type_line("ECHO still-here").await?;
    page.said("\"still-here\"").await?;
    Ok(())
}
