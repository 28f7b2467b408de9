//! What Lighthouse says of the site, as of a phone with a slow line. It judges nothing here: a busy
//! machine would decide.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::build::{self, Profile};
use crate::setup::{browser, node};
use crate::site::{self, Site};
use crate::step;
use crate::workspace::Workspace;

/// In Lighthouse's words, and in ours.
const CATEGORIES: [(&str, &str); 4] = [
    ("performance", "performance, mobile"),
    ("accessibility", "accessibility"),
    ("best-practices", "best practices"),
    ("seo", "SEO"),
];
/// An audit with this score costs nothing.
const FULL_SCORE: f64 = 1.0;
const CHROMIUM_FLAGS: &str = "--headless --no-sandbox --disable-gpu --disable-dev-shm-usage";

/// Judges the site in `dist`, or builds it first; prints the scores and what costs points.
pub fn run(workspace: &Workspace, dist: Option<PathBuf>) -> Result<()> {
    let dist = match dist {
        Some(dist) => dist,
        None => build::run(workspace, Profile::Release)?,
    };
    ensure!(dist.join("index.html").is_file(), "{} has no index.html", dist.display());
    let chromium = browser::chromium(workspace)?;
    let script = node::lighthouse(workspace)?;
    let out = workspace.target.join("lighthouse");
    fs::create_dir_all(&out)?;
    let listener = site::bind(0)?;
    let address = format!("http://127.0.0.1:{}/", listener.port);
    let base = "/".to_string();
    let _serving = listener.serve(Site { dir: dist, base, intercept: None, page_filter: None })?;
    let report = out.join("report.json");
    let mut command = Command::new(node::program(workspace)?);
    command.arg(script).arg(&address).arg("--quiet").args(["--output", "json"]);
    command.arg("--output-path").arg(&report).arg(format!("--chrome-flags={CHROMIUM_FLAGS}"));
    command.env("CHROME_PATH", &chromium.program);
    step::run_quietly(&mut command, &out.join("lighthouse.log"))?;
    print(&report)
}

fn print(file: &Path) -> Result<()> {
    let text = fs::read_to_string(file).with_context(|| file.display().to_string())?;
    let report: Value = serde_json::from_str(&text)?;
    for (id, name) in CATEGORIES {
        let category = &report["categories"][id];
        let score = category["score"].as_f64().with_context(|| format!("no score for {name}"))?;
        println!("{:>3.0}  {name}", score * 100.0);
        for line in losses(&report["audits"], category) {
            println!("       {line}");
        }
    }
    println!("all of it is in {}", file.display());
    Ok(())
}

/// The audits that take something from a category's score, or only measure what others weigh.
fn losses(audits: &Value, category: &Value) -> Vec<String> {
    let refs = category["auditRefs"].as_array().into_iter().flatten();
    let weighed = refs.filter(|audit| 0.0 < audit["weight"].as_f64().unwrap_or(0.0));
    let lossy = weighed.filter_map(|audit| {
        let audit = &audits[audit["id"].as_str()?];
        let score = audit["score"].as_f64()?;
        let value = audit["displayValue"].as_str().unwrap_or_default();
        let title = audit["title"].as_str().unwrap_or_default();
        (score < FULL_SCORE).then(|| format!("{:.0} %: {title} {value}", score * 100.0))
    });
    lossy.collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_counts_and_is_not_full_is_a_loss() {
        let audits = json!({
            "full": { "score": 1, "title": "Full" },
            "half": { "score": 0.5, "title": "Half", "displayValue": "2 s" },
            "light": { "score": 0, "title": "Weighs nothing" },
            "absent": { "score": null, "title": "Does not apply" },
        });
        let weigh = |id: &str, weight: u32| json!({ "id": id, "weight": weight });
        let refs = [weigh("full", 1), weigh("half", 2), weigh("light", 0), weigh("absent", 3)];
        assert_eq!(losses(&audits, &json!({ "auditRefs": refs })), ["50 %: Half 2 s"]);
    }
}
