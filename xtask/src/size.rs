//! What a visitor downloads, against a budget.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use flate2::Compression;
use toml::Table;

use crate::build;
use crate::site;
use crate::workspace::Workspace;

/// The budget and the recorded figures, relative to the workspace.
const BUDGET: &str = "xtask/size-budget.toml";

/// What the page loads when something of it is called for the first time.
const LATER: &str = "streamlanes_later.wasm";

/// The only part of the budget file that this tool writes; it is the last one.
const RECORDED: &str = "[recorded]\n";

/// Sizes of one file in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Sizes {
    raw: u64,
    gzip: u64,
    brotli: u64,
}

struct Limits {
    wasm_brotli: u64,
    later_brotli: u64,
    page_brotli: u64,
    page_gzip: u64,
}

struct Budget {
    limits: Limits,
    leave_out: Vec<String>,
    one_of: Vec<String>,
    /// Brotli sizes by path.
    recorded: BTreeMap<String, u64>,
}

/// Prints the sizes of `dist/` and fails above the budget.
pub fn check(workspace: &Workspace) -> Result<()> {
    let budget = read_budget(&workspace.root.join(BUDGET))?;
    let files = measure(&workspace.dist())?;
    let page = page_of(&files, &budget);
    print_table(&files, &page, &budget);
    let problems = problems(&files, &page, &budget);
    if problems.is_empty() {
        return Ok(());
    }
    let grown = grown(&page, &budget.recorded);
    bail!("{}\n{}", problems.join("\n"), grown.join("\n"))
}

/// Writes the current sizes into the budget file.
pub fn record(workspace: &Workspace) -> Result<()> {
    let file = workspace.root.join(BUDGET);
    let budget = read_budget(&file)?;
    let files = measure(&workspace.dist())?;
    let text = fs::read_to_string(&file)?;
    let (head, _) = text.split_once(RECORDED).context("the budget has no [recorded]")?;
    let lines: String = page_of(&files, &budget)
        .iter()
        .map(|(path, sizes)| format!("{path:?} = {}\n", sizes.brotli))
        .collect();
    fs::write(&file, format!("{head}{RECORDED}{lines}"))?;
    println!("recorded in {BUDGET}");
    Ok(())
}

fn read_budget(file: &Path) -> Result<Budget> {
    let text = fs::read_to_string(file).with_context(|| format!("no {}", file.display()))?;
    let table: Table = text.parse().with_context(|| format!("in {}", file.display()))?;
    let part = |name: &str| {
        table.get(name).and_then(|value| value.as_table()).with_context(|| format!("no [{name}]"))
    };
    let limits = part("limits")?;
    let limit = |name: &str| {
        let value = limits.get(name).and_then(|value| value.as_integer());
        value.and_then(|value| u64::try_from(value).ok()).with_context(|| format!("no {name}"))
    };
    let page = part("page")?;
    let patterns = |name: &str| -> Result<Vec<String>> {
        let list = page.get(name).and_then(|value| value.as_array());
        let list = list.with_context(|| format!("no list {name}"))?;
        Ok(list.iter().filter_map(|value| value.as_str()).map(str::to_string).collect())
    };
    let recorded = part("recorded")?
        .iter()
        .filter_map(|(path, size)| Some((path.clone(), u64::try_from(size.as_integer()?).ok()?)));
    Ok(Budget {
        limits: Limits {
            wasm_brotli: limit("wasm_brotli")?,
            later_brotli: limit("later_brotli")?,
            page_brotli: limit("page_brotli")?,
            page_gzip: limit("page_gzip")?,
        },
        leave_out: patterns("leave_out")?,
        one_of: patterns("one_of")?,
        recorded: recorded.collect(),
    })
}

fn measure(dist: &Path) -> Result<BTreeMap<String, Sizes>> {
    let mut files = BTreeMap::new();
    for path in build::files_below(dist)? {
        let data = fs::read(dist.join(&path))?;
        let sizes = Sizes {
            raw: data.len() as u64,
            gzip: site::gzip(&data, Compression::best()).len() as u64,
            brotli: brotli_len(&data)?,
        };
        files.insert(with_slashes(&path), sizes);
    }
    Ok(files)
}

fn brotli_len(data: &[u8]) -> Result<u64> {
    let parameters = brotli::enc::BrotliEncoderParams::default();
    let mut out = Vec::new();
    brotli::BrotliCompress(&mut &*data, &mut out, &parameters)?;
    Ok(out.len() as u64)
}

fn with_slashes(path: &Path) -> String {
    let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
    parts.join("/")
}

/// The files that one visit loads.
fn page_of(files: &BTreeMap<String, Sizes>, budget: &Budget) -> BTreeMap<String, Sizes> {
    let mut page: BTreeMap<String, Sizes> = files
        .iter()
        .filter(|(path, _)| !budget.leave_out.iter().any(|pattern| matches(pattern, path)))
        .map(|(path, sizes)| (path.clone(), *sizes))
        .collect();
    for folder in &budget.one_of {
        let largest = page
            .iter()
            .filter(|(path, _)| path.starts_with(folder))
            .max_by_key(|(_, sizes)| sizes.brotli)
            .map(|(path, _)| path.clone());
        page.retain(|path, _| !path.starts_with(folder) || Some(path) == largest.as_ref());
    }
    page
}

/// `pattern` is a whole path, a folder with a slash at its end, or `*` and an ending.
fn matches(pattern: &str, path: &str) -> bool {
    match pattern.strip_prefix('*') {
        Some(ending) => path.ends_with(ending),
        None if pattern.ends_with('/') => path.starts_with(pattern),
        None => path == pattern,
    }
}

fn sum(page: &BTreeMap<String, Sizes>) -> Sizes {
    page.values().fold(Sizes::default(), |sum, sizes| Sizes {
        raw: sum.raw + sizes.raw,
        gzip: sum.gzip + sizes.gzip,
        brotli: sum.brotli + sizes.brotli,
    })
}

fn print_table(files: &BTreeMap<String, Sizes>, page: &BTreeMap<String, Sizes>, budget: &Budget) {
    println!("{:<32} {:>9} {:>9} {:>9}  since recorded", "bytes", "raw", "gzip", "brotli");
    let row = |name: &str, sizes: Sizes, note: &str| {
        let Sizes { raw, gzip, brotli } = sizes;
        println!("{}", format!("{name:<32} {raw:>9} {gzip:>9} {brotli:>9}  {note}").trim_end());
    };
    for (path, sizes) in files {
        let note = match (page.contains_key(path), budget.recorded.get(path)) {
            (false, _) => "not counted".to_string(),
            (true, None) => "new".to_string(),
            (true, Some(recorded)) if *recorded == sizes.brotli => String::new(),
            (true, Some(recorded)) => difference(*recorded, sizes.brotli),
        };
        row(path, *sizes, &note);
    }
    let total = sum(page);
    let recorded = budget.recorded.values().sum();
    row("one visit", total, &difference(recorded, total.brotli));
    let Limits { wasm_brotli, later_brotli, page_brotli, page_gzip } = budget.limits;
    println!("limits: wasm {wasm_brotli} brotli, {later_brotli} later");
    println!("        visit {page_brotli} brotli, {page_gzip} gzip");
}

fn difference(before: u64, now: u64) -> String {
    if now >= before { format!("+{}", now - before) } else { format!("-{}", before - now) }
}

fn problems(
    files: &BTreeMap<String, Sizes>,
    page: &BTreeMap<String, Sizes>,
    budget: &Budget,
) -> Vec<String> {
    let total = sum(page);
    let wasm = page.iter().filter(|(path, _)| path.ends_with(".wasm"));
    let wasm: u64 = wasm.map(|(_, sizes)| sizes.brotli).sum();
    // Not every other wasm file: that of host pages is none of the page's.
    let later = files.get(LATER).map_or(0, |sizes| sizes.brotli);
    let limits = &budget.limits;
    [
        ("the wasm of a first visit with brotli", wasm, limits.wasm_brotli),
        ("the wasm that is loaded later with brotli", later, limits.later_brotli),
        ("one visit with brotli", total.brotli, limits.page_brotli),
        ("one visit with gzip", total.gzip, limits.page_gzip),
    ]
    .iter()
    .filter(|(_, size, limit)| size > limit)
    .map(|(what, size, limit)| format!("{what} is {size} bytes, {} too many", size - limit))
    .collect()
}

/// What grew since the figures were recorded, the largest growth first.
fn grown(page: &BTreeMap<String, Sizes>, recorded: &BTreeMap<String, u64>) -> Vec<String> {
    let mut grown: Vec<(u64, String)> = page
        .iter()
        .filter_map(|(path, sizes)| {
            let before = recorded.get(path).copied().unwrap_or(0);
            let more = sizes.brotli.checked_sub(before).filter(|more| *more > 0)?;
            Some((more, format!("  {path} grew by {more} bytes, from {before}")))
        })
        .collect();
    grown.sort_by(|a, b| b.cmp(a));
    grown.into_iter().map(|(_, line)| line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizes(brotli: u64) -> Sizes {
        Sizes { raw: brotli * 4, gzip: brotli * 2, brotli }
    }

    fn budget() -> Budget {
        Budget {
            limits: Limits {
                wasm_brotli: 100,
                later_brotli: 50,
                page_brotli: 150,
                page_gzip: 1000,
            },
            leave_out: vec!["*.d.ts".to_string()],
            one_of: vec!["lessons/".to_string()],
            recorded: BTreeMap::from([("a.wasm".to_string(), 90)]),
        }
    }

    #[test]
    fn one_visit_loads_one_lesson_and_no_type_definitions() {
        let files = [("a.wasm", 90), ("a.d.ts", 7), ("lessons/1.html", 8), ("lessons/2.html", 9)];
        let files = files.map(|(path, brotli)| (path.to_string(), sizes(brotli))).into();
        let page = page_of(&files, &budget());
        assert_eq!(page.keys().collect::<Vec<_>>(), ["a.wasm", "lessons/2.html"]);
        assert_eq!(problems(&files, &page, &budget()), Vec::<String>::new());
    }

    #[test]
    fn wasm_that_is_not_loaded_at_first_has_its_own_limit() {
        let files = BTreeMap::from([(LATER.to_string(), sizes(53))]);
        let expected = "the wasm that is loaded later with brotli is 53 bytes, 3 too many";
        assert_eq!(problems(&files, &BTreeMap::new(), &budget()), [expected]);
    }

    #[test]
    fn growth_beyond_a_limit_is_named() {
        let page = BTreeMap::from([("a.wasm".to_string(), sizes(101))]);
        let problems = problems(&page, &page, &budget());
        let expected = "the wasm of a first visit with brotli is 101 bytes, 1 too many";
        assert_eq!(problems, [expected]);
        let grown = grown(&page, &budget().recorded);
        assert_eq!(grown, ["  a.wasm grew by 11 bytes, from 90"]);
    }
}
