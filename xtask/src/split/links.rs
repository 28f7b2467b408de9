//! Who refers to whom in a linked wasm file, read from the relocations that the linker left in it.
//!
//! The code of a wasm module says only which functions it calls. That an integer in it is the
//! address of a text, or that a table of methods lies at some address, is known to the linker
//! alone.

use std::collections::BTreeMap;
use std::ops::Range;

use anyhow::{Context, Result, bail, ensure};
use wasmparser::{
    BinaryReader, DataKind, KnownCustom, Linking, Operator, Parser, Payload, RelocSectionReader,
    RelocationEntry, RelocationType, SymbolInfo,
};

/// What something refers to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Target {
    /// The address of a function: its place in the table of functions.
    Function(String),
    /// An index into [`Links::data`].
    Data(usize),
}

/// A constant or a variable.
#[derive(Debug, Default)]
pub(crate) struct Datum {
    /// Where it lies in memory.
    pub(crate) at: Range<u32>,
    pub(crate) refers_to: Vec<Target>,
}

/// All references but calls.
#[derive(Debug, Default)]
pub(crate) struct Links {
    /// By the function's mangled name. Functions of one name share an entry.
    pub(crate) functions: BTreeMap<String, Vec<Target>>,
    /// In order of their addresses, without overlaps.
    pub(crate) data: Vec<Datum>,
}

/// An exported function's name without the hash that wasm-bindgen's macro adds and its bundler
/// takes away again; other names as they are.
pub(crate) fn plain_name(name: &str) -> &str {
    let Some((plain, hash)) = name.rsplit_once('_') else { return name };
    let is_hash = hash.len() == 16 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_hash && !name.starts_with("_Z") && !name.starts_with("_R") { plain } else { name }
}

/// Reads a file that was linked with `--emit-relocs`.
pub(crate) fn read(wasm: &[u8]) -> Result<Links> {
    let sections = sections(wasm)?;
    ensure!(!sections.symbols.is_empty(), "the file was not linked with --emit-relocs");
    let mut links = Links::default();
    let symbol_data = data_of_symbols(&sections, &mut links);
    for (index, name) in &sections.function_names {
        debug_assert!(*index >= sections.n_imports);
        links.functions.entry(name.clone()).or_default();
    }
    for entry in &sections.code_relocations {
        let Some(target) = target(entry, &sections, &symbol_data)? else { continue };
        let at = sections.code_start + entry.offset as usize;
        let body = sections.bodies.partition_point(|body| body.end <= at);
        let index = sections.n_imports + u32::try_from(body)?;
        let name = sections.function_names.get(&index).context("a function without a name")?;
        links.functions.entry(name.clone()).or_default().push(target);
    }
    for entry in &sections.data_relocations {
        let Some(target) = target(entry, &sections, &symbol_data)? else { continue };
        let at = sections.data_start + entry.offset as usize;
        let segment = sections.segments.iter().find(|segment| segment.in_file.contains(&at));
        let segment = segment.context("a relocation outside of all data")?;
        let address = segment.address + u32::try_from(at - segment.in_file.start)?;
        let datum = links.data.partition_point(|datum| datum.at.end <= address);
        let datum = links.data.get_mut(datum).filter(|datum| datum.at.contains(&address));
        datum.context("a relocation in data without a name")?.refers_to.push(target);
    }
    Ok(links)
}

struct Segment {
    in_file: Range<usize>,
    address: u32,
}

/// A symbol, as far as it matters here.
enum Symbol {
    Function {
        index: u32,
    },
    /// Its place in memory; nothing for what the linker defines itself.
    Data(Option<Range<u32>>),
    Other,
}

#[derive(Default)]
struct Sections {
    n_imports: u32,
    code_start: usize,
    bodies: Vec<Range<usize>>,
    data_start: usize,
    segments: Vec<Segment>,
    symbols: Vec<Symbol>,
    function_names: BTreeMap<u32, String>,
    code_relocations: Vec<RelocationEntry>,
    data_relocations: Vec<RelocationEntry>,
}

fn sections(wasm: &[u8]) -> Result<Sections> {
    let mut sections = Sections::default();
    for payload in Parser::new(0).parse_all(wasm) {
        match payload? {
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    let is_function = matches!(import?.ty, wasmparser::TypeRef::Func(_));
                    sections.n_imports += u32::from(is_function);
                }
            }
            Payload::CodeSectionStart { range, .. } => sections.code_start = range.start,
            Payload::CodeSectionEntry(body) => sections.bodies.push(body.range()),
            Payload::DataSection(data) => {
                sections.data_start = data.range().start;
                for segment in data {
                    let segment = segment?;
                    let address = address(&segment.kind)?;
                    let end = segment.range.end;
                    let in_file = end - segment.data.len()..end;
                    sections.segments.push(Segment { in_file, address });
                }
            }
            Payload::CustomSection(custom) => match custom.as_known() {
                KnownCustom::Linking(linking) => {
                    for part in linking.subsections() {
                        if let Linking::SymbolTable(symbols) = part? {
                            for symbol in symbols {
                                let symbol = read_symbol(symbol?, &mut sections)?;
                                sections.symbols.push(symbol);
                            }
                        }
                    }
                }
                KnownCustom::Reloc(_) => {
                    let reader = BinaryReader::new(custom.data(), custom.data_offset());
                    let entries = RelocSectionReader::new(reader)?.entries();
                    let entries: Result<Vec<_>, _> = entries.into_iter().collect();
                    match custom.name() {
                        "reloc.CODE" => sections.code_relocations = entries?,
                        "reloc.DATA" => sections.data_relocations = entries?,
                        _ => {}
                    }
                }
                _ => {}
            },
            _ => {}
        }
    }
    Ok(sections)
}

fn address(kind: &DataKind) -> Result<u32> {
    let DataKind::Active { offset_expr, .. } = kind else { bail!("passive data") };
    match offset_expr.get_operators_reader().read()? {
        Operator::I32Const { value } => Ok(value.cast_unsigned()),
        other => bail!("data at an address that is computed: {other:?}"),
    }
}

fn read_symbol(symbol: SymbolInfo, sections: &mut Sections) -> Result<Symbol> {
    Ok(match symbol {
        SymbolInfo::Func { index, name, .. } => {
            if let Some(name) = name
                && index >= sections.n_imports
            {
                let name = plain_name(name);
                sections.function_names.entry(index).or_insert_with(|| name.to_string());
            }
            Symbol::Function { index }
        }
        SymbolInfo::Data { symbol: Some(defined), .. } => {
            let segment = sections.segments.get(defined.index as usize);
            Symbol::Data(segment.map(|segment| {
                let start = segment.address + defined.offset;
                start..start + defined.size
            }))
        }
        SymbolInfo::Data { symbol: None, .. } => Symbol::Data(None),
        _ => Symbol::Other,
    })
}

/// Fills `links.data`, and says for each symbol which of them it is.
fn data_of_symbols(sections: &Sections, links: &mut Links) -> Vec<Option<usize>> {
    let mut ranges: Vec<Range<u32>> = sections
        .symbols
        .iter()
        .filter_map(|symbol| match symbol {
            Symbol::Data(Some(range)) if !range.is_empty() => Some(range.clone()),
            _ => None,
        })
        .collect();
    ranges.sort_by_key(|range| (range.start, range.end));
    for range in ranges {
        match links.data.last_mut() {
            Some(last) if range.start < last.at.end => last.at.end = last.at.end.max(range.end),
            _ => links.data.push(Datum { at: range, refers_to: Vec::new() }),
        }
    }
    let find = |symbol: &Symbol| match symbol {
        Symbol::Data(Some(range)) if !range.is_empty() => {
            Some(links.data.partition_point(|datum| datum.at.end <= range.start))
        }
        _ => None,
    };
    sections.symbols.iter().map(find).collect()
}

fn target(
    entry: &RelocationEntry,
    sections: &Sections,
    symbol_data: &[Option<usize>],
) -> Result<Option<Target>> {
    let symbol = entry.index as usize;
    Ok(match entry.ty {
        RelocationType::TableIndexSleb | RelocationType::TableIndexI32 => {
            let Some(Symbol::Function { index }) = sections.symbols.get(symbol) else {
                bail!("the address of a function that is none");
            };
            // The address of an imported function needs no care: imports stay where they are.
            sections.function_names.get(index).map(|name| Target::Function(name.clone()))
        }
        RelocationType::MemoryAddrLeb
        | RelocationType::MemoryAddrSleb
        | RelocationType::MemoryAddrI32 => {
            symbol_data.get(symbol).copied().flatten().map(Target::Data)
        }
        RelocationType::FunctionIndexLeb
        | RelocationType::TypeIndexLeb
        | RelocationType::GlobalIndexLeb
        | RelocationType::TableNumberLeb
        | RelocationType::EventIndexLeb => None,
        other => bail!("a relocation of an unknown kind: {other:?}"),
    })
}
