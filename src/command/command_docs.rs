//! COMMAND DOCS: a command's Spec as the maps that redis-cli and other clients read.

use super::ctx::Ctx;
use super::spec::Spec;
use super::syntax::{self, Node};
use super::table;

/// Writes the name and the map of one command.
pub fn write(ctx: &mut Ctx<'_>, spec: &Spec) {
    let profile = ctx.profile;
    let arguments = syntax::parse(spec.syntax).unwrap_or_default();
    let subcommands: Vec<_> =
        spec.subcommands.iter().filter(|sub| profile.has(sub.since)).collect();
    ctx.out.bulk(table::full_name(spec).as_bytes());
    let n_optional = usize::from(!arguments.is_empty()) + usize::from(!subcommands.is_empty());
    ctx.out.map(4 + n_optional);
    let (major, minor) = spec.since;
    pair(ctx, "summary", spec.summary);
    pair(ctx, "since", &format!("{major}.{minor}.0"));
    pair(ctx, "group", spec.group);
    pair(ctx, "complexity", spec.complexity);
    if !arguments.is_empty() {
        ctx.out.bulk(b"arguments");
        ctx.out.array(arguments.len());
        for argument in &arguments {
            write_argument(ctx, argument, Shape::default());
        }
    }
    if !subcommands.is_empty() {
        ctx.out.bulk(b"subcommands");
        ctx.out.map(subcommands.len());
        for sub in subcommands {
            write(ctx, sub);
        }
    }
}

fn pair(ctx: &mut Ctx<'_>, name: &str, value: &str) {
    ctx.out.bulk(name.as_bytes());
    ctx.out.bulk(value.as_bytes());
}

/// What surrounds an argument.
#[derive(Clone, Copy, Default)]
struct Shape {
    optional: bool,
    multiple: bool,
    token: Option<&'static str>,
}

fn write_argument(ctx: &mut Ctx<'_>, node: &Node, shape: Shape) {
    match node {
        Node::Optional(inner) => write_argument(ctx, inner, Shape { optional: true, ..shape }),
        Node::Repeated(inner) => {
            write_argument(ctx, inner, Shape { optional: true, multiple: true, ..shape });
        }
        // `COUNT count` is one argument with a token.
        Node::Sequence(items) => match items.as_slice() {
            [Node::Keyword(token), param @ Node::Param(_)] => {
                write_argument(ctx, param, Shape { token: Some(token), ..shape });
            }
            items => write_map(ctx, node, "block", shape, items),
        },
        Node::OneOf(branches) => write_map(ctx, node, "oneof", shape, branches),
        Node::Keyword(word) => {
            write_map(ctx, node, "pure-token", Shape { token: Some(word), ..shape }, &[]);
        }
        Node::Param(name) => write_map(ctx, node, kind(name), shape, &[]),
    }
}

/// The type that Redis gives to a parameter of that name.
fn kind(param: &str) -> &'static str {
    match param {
        "key" | "newkey" | "source" | "destination" => "key",
        "count" | "numids" | "milliseconds" | "seconds" | "timeout" | "threshold" | "cursor"
        | "index" | "index1" | "index2" | "db" | "destination-db" | "increment" | "decrement"
        | "min-idle-time" | "bytes" | "entries-read" | "entries-added" | "client-id"
        | "numreplicas" | "stop" | "protover" => "integer",
        "pattern" => "pattern",
        _ if param.starts_with("unix-time") => "unix-time",
        _ => "string",
    }
}

fn write_map(ctx: &mut Ctx<'_>, node: &Node, kind: &str, shape: Shape, inner: &[Node]) {
    let name = match node {
        Node::Keyword(word) => word.to_ascii_lowercase(),
        Node::Param(name) => (*name).to_owned(),
        other => other.first_name().to_ascii_lowercase(),
    };
    let flagged = shape.optional || shape.multiple;
    let shown = matches!(node, Node::Param(_));
    let n = 2 + [shown, shape.token.is_some(), flagged, !inner.is_empty()]
        .into_iter()
        .filter(|is| *is)
        .count();
    ctx.out.map(n);
    pair(ctx, "name", &name);
    pair(ctx, "type", kind);
    if shown {
        pair(ctx, "display_text", &name);
    }
    if let Some(token) = shape.token {
        pair(ctx, "token", token);
    }
    if flagged {
        ctx.out.bulk(b"flags");
        ctx.out.set(usize::from(shape.optional) + usize::from(shape.multiple));
        if shape.optional {
            ctx.out.simple("optional");
        }
        if shape.multiple {
            ctx.out.simple("multiple");
        }
    }
    if !inner.is_empty() {
        ctx.out.bulk(b"arguments");
        ctx.out.array(inner.len());
        for node in inner {
            write_argument(ctx, node, Shape::default());
        }
    }
}
