//! What `cargo xtask bench` measures in Chromium.
//!
//! * [`contestant`]: answers questions about workloads, for engines that run in the browser.
//! * [`page`]: prints a name and a number in each line, about the page itself.

use std::io::{BufRead, Write};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use fantoccini::wd::TimeoutConfiguration;
use serde_json::{Value, json};

use crate::Options;
use crate::driver::{Driver, Kind, Look};
use crate::page::Page;
use crate::runner;

/// A workload of a million entries and what goes before it take a while.
const SCRIPT_LIMIT: Duration = Duration::from_secs(900);

/// How often what happens once for a page is measured.
const LOADS: usize = 5;
/// How long a browser that was just started is left alone.
const SETTLING: Duration = Duration::from_secs(4);
/// Replies whose times are taken.
const REPLIES: usize = 100;
/// How long frames are counted, in milliseconds.
const FRAMES_MS: u64 = 6_000;
/// How long a scenario runs at 10×, in milliseconds.
const LONG_TASKS_MS: u64 = 20_000;
/// How long one runs at full speed, in milliseconds.
const FULL_SPEED_MS: u64 = 120_000;
/// How often memory is looked at meanwhile.
const MEMORY_LOOKS: usize = 20;

/// Reads `<way> <workload> <n> <limit in seconds>` lines and answers each with a line.
pub(crate) fn contestant(options: &Options) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (site, _serving) = runner::serve(&options.dist)?;
    let driver = Driver::start(&options.workspace, Kind::Chromium, &options.out)?;
    runtime.block_on(async {
        let page = Page::open(&driver, &site, &options.out, Look::DESKTOP).await?;
        patient(&page).await?;
        page.visit("").await?;
        for line in std::io::stdin().lock().lines() {
            println!("{}", ask(&page, &line?).await?);
            std::io::stdout().flush()?;
        }
        page.close().await
    })
}

async fn patient(page: &Page<'_>) -> Result<()> {
    let limits = TimeoutConfiguration::new(Some(SCRIPT_LIMIT), Some(SCRIPT_LIMIT), None);
    Ok(page.client.update_timeouts(limits).await?)
}

async fn ask(page: &Page<'_>, line: &str) -> Result<String> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let [way, workload, n, limit_s] = words[..] else { bail!("not four words: {line}") };
    let script = "const done = arguments[arguments.length - 1];
        bench(...[...arguments].slice(0, 4)).then(done, (error) => done(`no ${error}`));";
    let (n, limit_s): (f64, f64) = (n.parse()?, limit_s.parse()?);
    let arguments = vec![json!(way), json!(workload), json!(n), json!(limit_s)];
    let answer = page.client.execute_async(script, arguments).await?;
    Ok(answer.as_str().unwrap_or("no answer").replace('\n', " "))
}

/// Measures the page in `dist/`: everything whose name contains the filter. What fails does not
/// keep the rest from being measured.
pub(crate) fn page(options: &Options) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (site, _serving) = runner::serve(&options.dist)?;
    let driver = Driver::start(&options.workspace, Kind::Chromium, &options.out)?;
    let shorter = if options.quick { 10 } else { 1 };
    let full_speed_ms = options.minutes.map_or(FULL_SPEED_MS / shorter, |minutes| minutes * 60_000);
    let at = At { driver: &driver, site: &site, options };
    let is_wanted = |name: &str| name.contains(&options.filter);
    let mut results = Vec::new();
    runtime.block_on(async {
        if is_wanted("first answer") {
            results.push(at.first_answer(1.0, "first_answer_ms", Some("prompt_ms")).await);
            results.push(at.first_answer(4.0, "first_answer_slow_ms", None).await);
        }
        if is_wanted("frames") {
            results.push(at.frames(1_000, FRAMES_MS / shorter).await);
            results.push(at.frames(5_000, FRAMES_MS / shorter).await);
        }
        if is_wanted("replies") {
            results.push(at.replies(REPLIES / shorter as usize).await);
        }
        if is_wanted("long tasks") {
            results.push(at.long_tasks(LONG_TASKS_MS / shorter).await);
        }
        if is_wanted("memory") {
            results.push(at.memory(full_speed_ms).await);
        }
    });
    let mut whole = Ok(());
    for error in results.into_iter().filter_map(Result::err) {
        eprintln!("  {error:#}");
        whole = Err(error);
    }
    whole
}

/// Puts functions into the page before anything else runs there.
const PRELUDE: &str = r#"
globalThis.measuring = {
  // Types a line and presses Enter, as far as the page can tell. Whether the page took it.
  send(line) {
    const input = document.getElementById("console-input");
    input.value = line;
    input.dispatchEvent(new Event("input", { bubbles: true }));
    return !document.getElementById("console-form")
      .dispatchEvent(new Event("submit", { bubbles: true, cancelable: true }));
  },
  transcript: () => document.getElementById("console-transcript")?.textContent ?? "",
  // When the first answer stood in the transcript.
  async firstAnswer() {
    const pause = () => new Promise((done) => setTimeout(done, 1));
    // The form stands in the page before the module is there to take a line.
    while (!document.getElementById("console-form")
        || !measuring.send("ECHO measuring-the-page")) await pause();
    const sent = performance.now();
    while (!measuring.transcript().includes("measuring-the-page\"")) {
      if (30000 < performance.now() - sent) throw new Error("no answer within 30 seconds");
      await pause();
    }
    return performance.now();
  },
  painted: () => new Promise((done) => requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => done(performance.now());
    port2.postMessage(0);
  })),
};
const instantiate = WebAssembly.instantiateStreaming;
WebAssembly.instantiateStreaming = async (...given) => {
  const result = await instantiate.apply(WebAssembly, given);
  measuring.exports = result.instance.exports;
  return result;
};
measuring.first = measuring.firstAnswer();
"#;

struct At<'a> {
    driver: &'a Driver,
    site: &'a str,
    options: &'a Options,
}

impl At<'_> {
    /// A fresh browser, before it has gone anywhere.
    async fn open(&self) -> Result<Page<'_>> {
        let page = Page::open(self.driver, self.site, &self.options.out, Look::DESKTOP).await?;
        patient(&page).await?;
        let prelude = json!({ "source": PRELUDE });
        page.devtools("Page.addScriptToEvaluateOnNewDocument", prelude).await?;
        Ok(page)
    }

    /// The page, ready, with nothing in its world but what `lines` make.
    async fn with(&self, lines: &[String]) -> Result<Page<'_>> {
        let page = self.open().await?;
        page.visit("").await?;
        wait(&page, "measuring.first.then(done, (error) => done(`${error}`))").await?;
        for line in lines {
            page.client.execute("measuring.send(arguments[0])", vec![json!(line)]).await?;
        }
        Ok(page)
    }

    /// How long it takes from the import of the module (and from navigation) to the first answer,
    /// each time in a fresh browser.
    async fn first_answer(
        &self,
        slowness: f64,
        name: &str,
        from_navigation: Option<&str>,
    ) -> Result<()> {
        let (mut after_import, mut after_navigation) = (Vec::new(), Vec::new());
        for _ in 0..LOADS {
            let page = self.open().await?;
            // A browser that was just started loads pages of its own, which would be counted.
            tokio::time::sleep(SETTLING).await;
            let rate = json!({ "rate": slowness });
            page.devtools("Emulation.setCPUThrottlingRate", rate).await?;
            page.visit("").await?;
            let answered =
                wait(&page, "measuring.first.then(done, (error) => done(`${error}`))").await?;
            let import = page.evaluate(
                "return performance.getEntriesByType('resource')
                    .find((entry) => entry.name.endsWith('/streamlanes.js')).startTime",
            );
            let import = number(&import.await?)?;
            after_import.push(answered - import);
            after_navigation.push(answered);
            page.close().await?;
        }
        print(name, percentile(&mut after_import, 50));
        if let Some(name) = from_navigation {
            print(name, percentile(&mut after_navigation, 50));
        }
        Ok(())
    }

    /// Frames in a second, and the time of scripts in a frame, while about `n` entries move: so
    /// many come every second.
    async fn frames(&self, n: u64, for_ms: u64) -> Result<()> {
        let mut lines = vec!["SCENARIO LOAD empty".to_string(), "CLOCK RUN".to_string()];
        lines.extend((0..n / 500).map(|k| {
            format!(
                "SIM ADD PRODUCER p{k} STREAM s RATE none BURST 500 EVERY 500ms KEEP ~ 10s \
                 FIELDS order {{n}}"
            )
        }));
        let page = self.with(&lines).await?;
        page.devtools("Performance.enable", json!({})).await?;
        tokio::time::sleep(Duration::from_millis(1_500)).await;
        let before = script_seconds(&page).await?;
        let script = format!(
            "const start = performance.now(); let n = 0;
             const frame = (now) => {{
                 n += 1;
                 if (now - start < {for_ms}) requestAnimationFrame(frame);
                 else done([n, performance.now() - start]);
             }};
             requestAnimationFrame(frame);"
        );
        let counted = wait_for_value(&page, &script).await?;
        let frames = number(&counted[0])?;
        let seconds = number(&counted[1])? / 1000.0;
        let script_ms = (script_seconds(&page).await? - before) * 1000.0 / frames;
        print(&format!("fps_{n}"), frames / seconds);
        print(&format!("script_ms_{n}"), script_ms);
        page.close().await
    }

    /// From Enter to the reply on the screen, while a scenario runs.
    async fn replies(&self, n: usize) -> Result<()> {
        let lines = ["SCENARIO LOAD orders", "CLOCK RUN"].map(str::to_string);
        let page = self.with(&lines).await?;
        let mut times = Vec::new();
        for k in 0..n {
            let script = format!(
                "const start = performance.now();
                 const look = new MutationObserver(() => {{
                     if (!measuring.transcript().includes('reply-{k}\"')) return;
                     look.disconnect();
                     measuring.painted().then((end) => done(end - start));
                 }});
                 const whole = {{ childList: true, subtree: true, characterData: true }};
                 look.observe(document.getElementById('console-transcript'), whole);
                 measuring.send('ECHO reply-{k}');"
            );
            times.push(wait(&page, &script).await?);
            // Not in step with the frames.
            tokio::time::sleep(Duration::from_millis(37 + (k as u64 * 13) % 29)).await;
        }
        print("reply_p50_ms", percentile(&mut times, 50));
        print("reply_p95_ms", percentile(&mut times, 95));
        page.close().await
    }

    /// The longest task of 50 ms or more while a scenario runs at 10×; 0 if there was none.
    async fn long_tasks(&self, for_ms: u64) -> Result<()> {
        let lines = ["SCENARIO LOAD orders", "CLOCK RUN", "CLOCK SPEED 10x"].map(str::to_string);
        let page = self.with(&lines).await?;
        tokio::time::sleep(Duration::from_millis(500)).await;
        let script = format!(
            "let longest = 0;
             new PerformanceObserver((list) => {{
                 for (const task of list.getEntries()) longest = Math.max(longest, task.duration);
             }}).observe({{ entryTypes: ['longtask'] }});
             setTimeout(() => done(longest), {for_ms});"
        );
        print("long_task_ms", wait(&page, &script).await?);
        page.close().await
    }

    /// Memory at the end of a run at full speed, as a multiple of what it was at half time. What
    /// the heap could give back is not counted. Tells on the way how it went.
    async fn memory(&self, for_ms: u64) -> Result<()> {
        let lines = ["SCENARIO LOAD orders", "CLOCK RUN", "CLOCK SPEED 100x"].map(str::to_string);
        let page = self.with(&lines).await?;
        page.devtools("Performance.enable", json!({})).await?;
        let mut bytes = [0.0; MEMORY_LOOKS];
        for (n, bytes) in (1..).zip(&mut bytes) {
            tokio::time::sleep(Duration::from_millis(for_ms / MEMORY_LOOKS as u64)).await;
            let (heap, module) = memory_bytes(&page).await?;
            *bytes = heap + module;
            let clock = page.text("#time-elapsed").await?;
            let (heap, module) = (heap / 1e6, module / 1e6);
            eprintln!("  {n}/{MEMORY_LOOKS} {clock}: heap {heap:.1} MB, module {module:.1} MB");
        }
        let (half, end) = (bytes[MEMORY_LOOKS / 2 - 1], bytes[MEMORY_LOOKS - 1]);
        print("memory_minutes", for_ms as f64 / 60_000.0);
        print("memory_mb", end / 1e6);
        print("memory_growth", end / half);
        page.close().await
    }
}

fn print(name: &str, number: f64) {
    println!("{name} {number:.3}");
    eprintln!("  {name} {number:.3}");
}

/// Runs a script that calls `done` with a value.
async fn wait_for_value(page: &Page<'_>, script: &str) -> Result<Value> {
    let script = format!("const done = arguments[arguments.length - 1]; {script}");
    Ok(page.client.execute_async(&script, Vec::new()).await?)
}

async fn wait(page: &Page<'_>, script: &str) -> Result<f64> {
    number(&wait_for_value(page, script).await?)
}

fn number(value: &Value) -> Result<f64> {
    value.as_f64().with_context(|| format!("not a number: {value}"))
}

/// Seconds that scripts and wasm have run in the page.
async fn script_seconds(page: &Page<'_>) -> Result<f64> {
    metric(page, "ScriptDuration").await
}

/// The heap after a collection, and the module's memory.
async fn memory_bytes(page: &Page<'_>) -> Result<(f64, f64)> {
    page.devtools("HeapProfiler.collectGarbage", json!({})).await?;
    let wasm = page.evaluate("return measuring.exports.memory.buffer.byteLength").await?;
    Ok((metric(page, "JSHeapUsedSize").await?, number(&wasm)?))
}

async fn metric(page: &Page<'_>, name: &str) -> Result<f64> {
    let metrics = page.devtools("Performance.getMetrics", json!({})).await?;
    let metrics = metrics["metrics"].as_array().context("no metrics")?;
    let found = metrics.iter().find(|metric| metric["name"] == name).context("no such metric")?;
    number(&found["value"])
}

/// Of values in any order.
fn percentile(values: &mut [f64], percent: usize) -> f64 {
    values.sort_by(f64::total_cmp);
    let idx = (values.len() * percent).div_ceil(100).saturating_sub(1);
    values.get(idx).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_that_were_seen() {
        let mut values: Vec<f64> = (1..=100).rev().map(f64::from).collect();
        assert_eq!(percentile(&mut values, 95), 95.0);
        assert_eq!(percentile(&mut values, 50), 50.0);
        assert_eq!(percentile(&mut [7.0], 95), 7.0);
    }
}
