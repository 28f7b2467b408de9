//! Which function and which constant belongs to which of the two files.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use anyhow::Result;
use walrus::ir::{self, Visitor};
use walrus::{ExportItem, FunctionId, FunctionKind, LocalFunction, Module};

use super::links::{Links, Target};
use super::{List, slots};

/// Functions are numbered in their order in the file, which is the same each time it is parsed.
pub(super) struct Plan {
    /// Functions of the first file.
    pub(super) first: BTreeSet<usize>,
    /// Later functions that the first file calls or whose address it knows, with their places in
    /// the table.
    pub(super) doors: BTreeMap<usize, u32>,
    /// Addresses of what only later functions need, in order.
    pub(super) later_data: Vec<Range<u32>>,
    /// How long the table has to be.
    pub(super) table_len: u32,
}

impl Plan {
    pub(super) fn new(module: &Module, links: &Links, list: &List) -> Result<Plan> {
        let mut walk = Walk::new(module, links, list);
        walk.roots()?;
        walk.run();
        let (slots, len) = slots(module)?;
        let slot_of: BTreeMap<usize, u32> =
            slots.iter().map(|(slot, function)| (walk.index[function], *slot)).collect();
        let mut table_len = len;
        let mut doors = BTreeMap::new();
        for function in &walk.doors {
            let slot = slot_of.get(function).copied().unwrap_or_else(|| {
                table_len += 1;
                table_len - 1
            });
            doors.insert(*function, slot);
        }
        let later_data = links
            .data
            .iter()
            .enumerate()
            .filter(|(datum, _)| !walk.data.contains(datum))
            .map(|(_, datum)| datum.at.clone())
            .collect();
        Ok(Plan { first: walk.functions, doors, later_data, table_len })
    }
}

/// Finds what can be reached without going through a later function.
struct Walk<'a> {
    module: &'a Module,
    links: &'a Links,
    ids: Vec<FunctionId>,
    index: BTreeMap<FunctionId, usize>,
    by_name: BTreeMap<&'a str, Vec<usize>>,
    later: BTreeSet<usize>,
    functions: BTreeSet<usize>,
    data: BTreeSet<usize>,
    doors: BTreeSet<usize>,
    open: Vec<Node>,
}

enum Node {
    Function(usize),
    Data(usize),
}

impl<'a> Walk<'a> {
    fn new(module: &'a Module, links: &'a Links, list: &List) -> Walk<'a> {
        let ids: Vec<FunctionId> = module.funcs.iter().map(|function| function.id()).collect();
        let index = ids.iter().enumerate().map(|(index, id)| (*id, index)).collect();
        let mut by_name: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        let mut later = BTreeSet::new();
        for (index, function) in module.funcs.iter().enumerate() {
            let Some(name) = function.name.as_deref() else { continue };
            if !matches!(function.kind, FunctionKind::Local(_)) {
                continue;
            }
            by_name.entry(name).or_default().push(index);
            if links.functions.contains_key(name) && list.has(&path_of(name)) {
                later.insert(index);
            }
        }
        let (functions, data, doors) = Default::default();
        let open = Vec::new();
        Walk { module, links, ids, index, by_name, later, functions, data, doors, open }
    }

    /// What JavaScript calls, and what wasm-bindgen made itself.
    fn roots(&mut self) -> Result<()> {
        let module = self.module;
        for export in module.exports.iter() {
            if let ExportItem::Function(function) = export.item {
                self.reach(self.index[&function], false);
            }
        }
        if let Some(start) = module.start {
            self.reach(self.index[&start], false);
        }
        for (_, function) in slots(module)?.0 {
            let name = module.funcs.get(function).name.as_deref();
            if !name.is_some_and(|name| self.links.functions.contains_key(name)) {
                self.reach(self.index[&function], false);
            }
        }
        Ok(())
    }

    fn reach(&mut self, function: usize, may_be_later: bool) {
        if may_be_later && self.later.contains(&function) {
            self.doors.insert(function);
        } else if self.functions.insert(function) {
            self.open.push(Node::Function(function));
        }
    }

    fn run(&mut self) {
        while let Some(node) = self.open.pop() {
            let links = self.links;
            match node {
                Node::Function(index) => {
                    let function = self.module.funcs.get(self.ids[index]);
                    if let FunctionKind::Local(local) = &function.kind {
                        for called in calls_of(local) {
                            self.reach(self.index[&called], true);
                        }
                    }
                    let name = function.name.as_deref();
                    if let Some(targets) = name.and_then(|name| links.functions.get(name)) {
                        self.follow(targets);
                    }
                }
                Node::Data(index) => self.follow(&links.data[index].refers_to),
            }
        }
    }

    fn follow(&mut self, targets: &[Target]) {
        for target in targets {
            match target {
                Target::Data(index) => {
                    if self.data.insert(*index) {
                        self.open.push(Node::Data(*index));
                    }
                }
                Target::Function(name) => {
                    for function in self.by_name.get(name.as_str()).cloned().unwrap_or_default() {
                        self.reach(function, true);
                    }
                }
            }
        }
    }
}

/// A function's path without the hash, and without what stands before the path of its type:
/// `<&crate::Type as Trait>::name` begins with `crate::`.
fn path_of(mangled: &str) -> String {
    let path = format!("{:#}", rustc_demangle::demangle(mangled));
    path.trim_start_matches(['<', '&', '[', '(']).to_string()
}

fn calls_of(function: &LocalFunction) -> BTreeSet<FunctionId> {
    #[derive(Default)]
    struct Calls(BTreeSet<FunctionId>);
    impl Visitor<'_> for Calls {
        fn visit_function_id(&mut self, function: &FunctionId) {
            self.0.insert(*function);
        }
    }
    let mut calls = Calls::default();
    ir::dfs_in_order(&mut calls, function, function.entry_block());
    calls.0
}
