//! One wasm file becomes two: what a first visit runs, and the rest.
//!
//! Which functions are *later* ones is a list of paths (`later.txt`). Whatever only they need,
//! functions and constants, goes with them. Both files share one memory and one table of functions.
//! The first file calls a later function through the table; until the second file is there, its
//! place holds a stub that loads the file, which puts the true functions into the table, and calls
//! again. The page loads it when it has nothing else to do, so that stubs are called in the first
//! moments only. A wrong list makes a visit slower, and nothing else.
//!
//! Invariant: nothing here knows Streamlanes; what the parts mean is said by the list.

mod links;
mod plan;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::ops::Range;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use walrus::ir::{self, CallIndirect, Const, Instr, Value, VisitorMut};
use walrus::{
    ConstExpr, DataKind, ElementItems, ElementKind, ExportItem, FunctionBuilder, FunctionId,
    FunctionKind, GlobalKind, ImportedFunction, LocalFunction, Module, ModuleConfig, TableId,
};

use plan::Plan;

/// The module of which the second file imports what the first one has.
const FIRST: &str = "first";
/// The import that loads the second file.
const LOAD: &str = "__load_later";
/// What wasm-bindgen calls the module that JavaScript's functions are imported from.
const GLUE: &str = "./streamlanes_bg.js";
/// The wasm file that wasm-bindgen writes, which becomes the first one.
const FIRST_FILE: &str = "streamlanes_bg.wasm";
/// The second file; `load_later.js` knows its name.
const LATER_FILE: &str = "streamlanes_later.wasm";
/// The JavaScript that wasm-bindgen writes.
const SCRIPT: &str = "streamlanes.js";
/// Loads the second file.
const LOADER: &str = include_str!("split/load_later.js");

/// Splits the wasm file of a site. `linked` is what the compiler made, with `--emit-relocs`.
pub(crate) fn split_site(linked: &Path, site: &Path, list: &Path) -> Result<()> {
    let read = |path: &Path| fs::read(path).with_context(|| format!("no {}", path.display()));
    let list = fs::read_to_string(list).with_context(|| format!("no {}", list.display()))?;
    let list = List::read(&list);
    let parts = split(&read(linked)?, &read(&site.join(FIRST_FILE))?, &list)?;
    fs::write(site.join(FIRST_FILE), parts.first)?;
    fs::write(site.join(LATER_FILE), parts.later)?;
    let script = fs::read_to_string(site.join(SCRIPT))?;
    fs::write(site.join(SCRIPT), with_loader(&script)?)?;
    Ok(())
}

/// wasm-bindgen's script, with a function more among those that the wasm imports. The second file
/// calls what the first one calls, so the loader keeps the object of all imports.
fn with_loader(script: &str) -> Result<String> {
    const IMPORTS: &str = "const import0 = {";
    let all = |value: &str| format!("\"{GLUE}\": {value}");
    let (before, after) = script.split_once(IMPORTS).context("wasm-bindgen's script changed")?;
    ensure!(after.contains(&all("import0")), "wasm-bindgen's script changed");
    let after = after.replacen(&all("import0"), &all("glueOfLater = import0"), 1);
    Ok(format!("{before}{IMPORTS}\n        {LOAD}: loadLater,{after}\n{LOADER}"))
}

/// Paths of functions, one to a line: the beginning of a path, or `=` and the whole of it.
struct List<'a> {
    beginnings: Vec<&'a str>,
    wholes: BTreeSet<&'a str>,
}

impl List<'_> {
    fn read(text: &str) -> List<'_> {
        let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        let (wholes, beginnings): (Vec<_>, _) = lines.partition(|line| line.starts_with('='));
        let wholes = wholes.into_iter().map(|line| &line[1..]).collect();
        List { beginnings, wholes }
    }

    fn has(&self, path: &str) -> bool {
        self.wholes.contains(path)
            || self.beginnings.iter().any(|beginning| path.starts_with(beginning))
    }
}

/// Both files.
struct Parts {
    first: Vec<u8>,
    later: Vec<u8>,
}

/// Splits `bound`, made by wasm-bindgen from `linked`.
fn split(linked: &[u8], bound: &[u8], list: &List) -> Result<Parts> {
    let links = links::read(linked)?;
    let module = parse(bound)?;
    let plan = Plan::new(&module, &links, list)?;
    let (later, wanted) = later_part(parse(bound)?, &plan)?;
    let first = first_part(module, &plan, &wanted)?;
    Ok(Parts { first, later })
}

fn parse(wasm: &[u8]) -> Result<Module> {
    let mut config = ModuleConfig::new();
    config.generate_name_section(false).generate_producers_section(false);
    let mut module = config.parse(wasm)?;
    // What the linker left for us would be sent to everybody.
    let names: Vec<String> =
        module.customs.iter().map(|(_, custom)| custom.name().to_string()).collect();
    for name in names.iter().filter(|name| *name != "target_features") {
        module.customs.remove_raw(name);
    }
    Ok(module)
}

fn function_table(module: &Module) -> Result<TableId> {
    module.tables.main_function_table()?.context("the file has no table of functions")
}

/// What the table holds at the beginning, and its length.
fn slots(module: &Module) -> Result<(BTreeMap<u32, FunctionId>, u32)> {
    let table = function_table(module)?;
    let mut slots = BTreeMap::new();
    for element in module.elements.iter() {
        let ElementKind::Active { table: of, offset } = &element.kind else { continue };
        if *of != table {
            continue;
        }
        let ElementItems::Functions(functions) = &element.items else {
            bail!("the table of functions is filled with expressions");
        };
        for (slot, function) in (address(offset)?..).zip(functions) {
            slots.insert(slot, *function);
        }
    }
    Ok((slots, u32::try_from(module.tables.get(table).initial)?))
}

fn address(offset: &ConstExpr) -> Result<u32> {
    match offset {
        ConstExpr::Value(Value::I32(value)) => Ok(value.cast_unsigned()),
        other => bail!("a place that is computed: {other:?}"),
    }
}

fn at(address: u32) -> ConstExpr {
    ConstExpr::Value(Value::I32(address.cast_signed()))
}

/// Something of the first file that the second one imports.
#[derive(Clone, Copy)]
enum Wanted {
    Function(usize),
    Table(usize),
    Memory,
    Global(usize),
}

type WantedNames = Vec<(String, Wanted)>;

/// The second file, and what the first one has to export under which name.
fn later_part(mut module: Module, plan: &Plan) -> Result<(Vec<u8>, WantedNames)> {
    let (slots, _) = slots(&module)?;
    let table = function_table(&module)?;
    let ids: Vec<FunctionId> = module.funcs.iter().map(|function| function.id()).collect();
    let exports: Vec<_> = module.exports.iter().map(|export| export.id()).collect();
    exports.into_iter().for_each(|export| module.exports.delete(export));
    module.start = None;

    // What the first file has is imported from there; what is not needed goes with the sweep below.
    let mut candidates = Vec::new();
    for index in &plan.first {
        let id = ids[*index];
        if matches!(module.funcs.get(id).kind, FunctionKind::Local(_)) {
            let ty = module.funcs.get(id).ty();
            let import = module.imports.add(FIRST, "", id);
            module.funcs.get_mut(id).kind = FunctionKind::Import(ImportedFunction { import, ty });
            candidates.push((import, Wanted::Function(*index)));
        }
    }
    let tables: Vec<_> = module.tables.iter().map(|table| table.id()).collect();
    for (index, id) in tables.into_iter().enumerate() {
        let import = module.imports.add(FIRST, "", id);
        let table = module.tables.get_mut(id);
        table.import = Some(import);
        table.elem_segments.clear();
        candidates.push((import, Wanted::Table(index)));
    }
    let globals: Vec<_> = module.globals.iter().map(|global| global.id()).collect();
    for (index, id) in globals.into_iter().enumerate() {
        let import = module.imports.add(FIRST, "", id);
        module.globals.get_mut(id).kind = GlobalKind::Import(import);
        candidates.push((import, Wanted::Global(index)));
    }
    let memory = module.get_memory_id()?;
    let import = module.imports.add(FIRST, "", memory);
    module.memories.get_mut(memory).import = Some(import);
    candidates.push((import, Wanted::Memory));

    fill_later_table(&mut module, plan, table, &slots, &ids);
    fill_later_data(&mut module, plan)?;
    walrus::passes::gc::run(&mut module);

    let mut wanted = WantedNames::new();
    let left: BTreeSet<_> = module.imports.iter().map(|import| import.id()).collect();
    for (import, what) in candidates.into_iter().filter(|(import, _)| left.contains(import)) {
        let name = short_name(wanted.len());
        module.imports.get_mut(import).name.clone_from(&name);
        wanted.push((name, what));
    }
    Ok((module.emit_wasm(), wanted))
}

/// As few letters as will do: hundreds of names are part of the first file.
fn short_name(index: usize) -> String {
    let digit = char::from_digit(u32::try_from(index % 36).unwrap_or(0), 36).unwrap_or('0');
    match index / 36 {
        0 => format!("_{digit}"),
        rest => format!("{}{digit}", short_name(rest - 1)),
    }
}

fn fill_later_table(
    module: &mut Module,
    plan: &Plan,
    table: TableId,
    slots: &BTreeMap<u32, FunctionId>,
    ids: &[FunctionId],
) {
    let elements: Vec<_> = module.elements.iter().map(|element| element.id()).collect();
    elements.into_iter().for_each(|element| module.elements.delete(element));
    let is_first: BTreeSet<FunctionId> = plan.first.iter().map(|index| ids[*index]).collect();
    let mut wanted: BTreeMap<u32, FunctionId> =
        plan.doors.iter().map(|(function, slot)| (*slot, ids[*function])).collect();
    wanted.extend(slots.iter().filter(|(_, id)| !is_first.contains(id)));
    let mut runs: Vec<(u32, Vec<FunctionId>)> = Vec::new();
    for (slot, function) in wanted {
        match runs.last_mut() {
            Some((start, run)) if *start as usize + run.len() == slot as usize => {
                run.push(function);
            }
            _ => runs.push((slot, vec![function])),
        }
    }
    for (start, run) in runs {
        let kind = ElementKind::Active { table, offset: at(start) };
        let element = module.elements.add(kind, ElementItems::Functions(run));
        module.tables.get_mut(table).elem_segments.insert(element);
    }
    let table = module.tables.get_mut(table);
    table.initial = u64::from(plan.table_len);
    table.maximum = table.maximum.map(|maximum| maximum.max(u64::from(plan.table_len)));
}

/// Where in its segment `range` of memory lies.
fn part_of(segment: u32, len: usize, range: &Range<u32>) -> Option<Range<usize>> {
    let start = range.start.checked_sub(segment)? as usize;
    let end = range.end.checked_sub(segment)? as usize;
    (end <= len).then_some(start..end)
}

fn fill_later_data(module: &mut Module, plan: &Plan) -> Result<()> {
    let memory = module.get_memory_id()?;
    let segments: Vec<_> = module.data.iter().map(|data| data.id()).collect();
    for id in segments {
        let data = module.data.get(id);
        let DataKind::Active { offset, .. } = &data.kind else { bail!("passive data") };
        let segment = address(offset)?;
        let value = data.value.clone();
        module.data.delete(id);
        module.memories.get_mut(memory).data_segments.remove(&id);
        let mut runs: Vec<(u32, Vec<u8>)> = Vec::new();
        for range in &plan.later_data {
            let Some(part) = part_of(segment, value.len(), range) else { continue };
            let bytes = &value[part];
            match runs.last_mut() {
                Some((start, run)) if *start as usize + run.len() == range.start as usize => {
                    run.extend_from_slice(bytes);
                }
                _ => runs.push((range.start, bytes.to_vec())),
            }
        }
        for (start, run) in runs {
            let kind = DataKind::Active { memory, offset: at(start) };
            let data = module.data.add(kind, run);
            module.memories.get_mut(memory).data_segments.insert(data);
        }
    }
    Ok(())
}

fn first_part(mut module: Module, plan: &Plan, wanted: &WantedNames) -> Result<Vec<u8>> {
    let ids: Vec<FunctionId> = module.funcs.iter().map(|function| function.id()).collect();
    let table = function_table(&module)?;
    let (slots, _) = slots(&module)?;
    let doors: BTreeMap<FunctionId, u32> =
        plan.doors.iter().map(|(function, slot)| (ids[*function], *slot)).collect();
    let stubs = add_stubs(&mut module, &doors, table);
    for index in &plan.first {
        let ty_of: BTreeMap<FunctionId, _> =
            doors.keys().map(|door| (*door, module.funcs.get(*door).ty())).collect();
        if let FunctionKind::Local(local) = &mut module.funcs.get_mut(ids[*index]).kind {
            call_through_table(local, &doors, &ty_of, table)?;
        }
    }
    fill_first_table(&mut module, plan, table, &slots, &ids, &stubs);
    let segments: Vec<_> = module.data.iter().map(|data| data.id()).collect();
    for id in segments {
        let data = module.data.get_mut(id);
        let DataKind::Active { offset, .. } = &data.kind else { bail!("passive data") };
        let segment = address(offset)?;
        for range in &plan.later_data {
            if let Some(part) = part_of(segment, data.value.len(), range) {
                data.value[part].fill(0);
            }
        }
    }
    export_wanted(&mut module, wanted, &ids)?;
    walrus::passes::gc::run(&mut module);
    let allowed: BTreeSet<FunctionId> =
        plan.first.iter().map(|index| ids[*index]).chain(stubs.values().copied()).collect();
    let stray = module.funcs.iter_local().find(|(id, _)| !allowed.contains(id));
    if let Some((id, _)) = stray {
        bail!(
            "{:?} belongs to the second file but is called by the first",
            module.funcs.get(id).name
        );
    }
    Ok(module.emit_wasm())
}

/// For each door a function that loads the second file and then calls what it put in its place.
fn add_stubs(
    module: &mut Module,
    doors: &BTreeMap<FunctionId, u32>,
    table: TableId,
) -> BTreeMap<FunctionId, FunctionId> {
    let nothing = module.types.add(&[], &[]);
    let (load, _) = module.add_import_func(GLUE, LOAD, nothing);
    let mut sorted: Vec<_> = doors.iter().collect();
    sorted.sort_by_key(|(_, slot)| **slot);
    let mut stubs = BTreeMap::new();
    for (door, slot) in sorted {
        let ty = module.funcs.get(*door).ty();
        let (params, results) = module.types.params_results(ty);
        let (params, results) = (params.to_vec(), results.to_vec());
        let locals: Vec<_> = params.iter().map(|param| module.locals.add(*param)).collect();
        let mut builder = FunctionBuilder::new(&mut module.types, &params, &results);
        let mut body = builder.func_body();
        body.call(load);
        for local in &locals {
            body.local_get(*local);
        }
        body.i32_const(slot.cast_signed()).call_indirect(ty, table);
        stubs.insert(*door, builder.finish(locals, &mut module.funcs));
    }
    stubs
}

fn call_through_table(
    function: &mut LocalFunction,
    doors: &BTreeMap<FunctionId, u32>,
    ty_of: &BTreeMap<FunctionId, walrus::TypeId>,
    table: TableId,
) -> Result<()> {
    struct Rewrite<'a> {
        doors: &'a BTreeMap<FunctionId, u32>,
        ty_of: &'a BTreeMap<FunctionId, walrus::TypeId>,
        table: TableId,
        has_others: bool,
    }
    impl VisitorMut for Rewrite<'_> {
        fn start_instr_seq_mut(&mut self, sequence: &mut ir::InstrSeq) {
            let before = std::mem::take(&mut sequence.instrs);
            for (instruction, place) in before {
                match &instruction {
                    Instr::Call(call) if self.doors.contains_key(&call.func) => {
                        let slot = self.doors[&call.func].cast_signed();
                        let ty = self.ty_of[&call.func];
                        let slot = Instr::Const(Const { value: Value::I32(slot) });
                        sequence.instrs.push((slot, place));
                        let call = CallIndirect { ty, table: self.table };
                        sequence.instrs.push((Instr::CallIndirect(call), place));
                    }
                    _ => sequence.instrs.push((instruction, place)),
                }
            }
        }
        fn visit_function_id_mut(&mut self, function: &mut FunctionId) {
            self.has_others |= self.doors.contains_key(function);
        }
    }
    let mut rewrite = Rewrite { doors, ty_of, table, has_others: false };
    let entry = function.entry_block();
    ir::dfs_pre_order_mut(&mut rewrite, function, entry);
    ensure!(!rewrite.has_others, "a later function is named in another way than by a call");
    Ok(())
}

fn fill_first_table(
    module: &mut Module,
    plan: &Plan,
    table: TableId,
    slots: &BTreeMap<u32, FunctionId>,
    ids: &[FunctionId],
    stubs: &BTreeMap<FunctionId, FunctionId>,
) {
    let Some(any_stub) = stubs.values().min().copied() else { return };
    let is_first: BTreeSet<FunctionId> = plan.first.iter().map(|index| ids[*index]).collect();
    let mut wanted: BTreeMap<u32, FunctionId> =
        plan.doors.iter().map(|(function, slot)| (*slot, ids[*function])).collect();
    wanted.extend(slots);
    let elements: Vec<_> = module.elements.iter().map(|element| element.id()).collect();
    for element in elements {
        if let ElementKind::Active { table: of, .. } = module.elements.get(element).kind
            && of == table
        {
            module.elements.delete(element);
            module.tables.get_mut(table).elem_segments.remove(&element);
        }
    }
    // Nobody knows the places of functions that belong to the second file alone.
    let place = |function: &FunctionId| match stubs.get(function) {
        Some(stub) => *stub,
        None if is_first.contains(function) => *function,
        None => any_stub,
    };
    let first_slot = wanted.keys().next().copied().unwrap_or(0);
    let functions = (first_slot..plan.table_len)
        .map(|slot| wanted.get(&slot).map_or(any_stub, &place))
        .collect();
    let kind = ElementKind::Active { table, offset: at(first_slot) };
    let element = module.elements.add(kind, ElementItems::Functions(functions));
    let table = module.tables.get_mut(table);
    table.elem_segments.insert(element);
    table.initial = u64::from(plan.table_len);
    table.maximum = table.maximum.map(|maximum| maximum.max(u64::from(plan.table_len)));
}

fn export_wanted(module: &mut Module, wanted: &WantedNames, ids: &[FunctionId]) -> Result<()> {
    let tables: Vec<_> = module.tables.iter().map(|table| table.id()).collect();
    let globals: Vec<_> = module.globals.iter().map(|global| global.id()).collect();
    let memory = module.get_memory_id()?;
    for (name, what) in wanted {
        let item: ExportItem = match what {
            Wanted::Function(index) => ids[*index].into(),
            Wanted::Table(index) => tables[*index].into(),
            Wanted::Global(index) => globals[*index].into(),
            Wanted::Memory => memory.into(),
        };
        module.exports.add(name, item);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_list_is_a_beginning_or_a_whole() {
        let list = List::read("# later\na::b::\n\n=c::d\n");
        let has = ["a::b::c", "a::b", "c::d", "c::d::e", "# later"].map(|path| list.has(path));
        assert_eq!(has, [true, false, true, false, false]);
    }

    #[test]
    fn names_of_exports_are_short_and_differ() {
        let names: BTreeSet<String> = (0..2000).map(short_name).collect();
        assert_eq!(names.len(), 2000);
        assert!(names.iter().all(|name| name.len() <= 4), "{names:?}");
    }

    #[test]
    fn the_loader_is_among_the_imports_of_the_script() -> Result<()> {
        let script = "const import0 = {\n a: 1,\n};\nreturn { \"./streamlanes_bg.js\": import0 };";
        let script = with_loader(script)?;
        assert!(script.contains("{\n        __load_later: loadLater,\n a: 1,"));
        assert!(script.contains("\"./streamlanes_bg.js\": glueOfLater = import0"));
        assert!(script.contains("function loadLater() {"));
        assert!(with_loader("const other = {").is_err());
        Ok(())
    }
}
