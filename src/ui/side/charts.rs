//! The charts as SVG, each with its text.

use web_sys::{Element, HtmlElement};

use crate::ui::dom::{self, append, el, el_text, set_attr, set_text};
use crate::view::chart::{Chart, HEIGHT, WIDTH};

/// Charts in a pane.
pub struct Charts {
    root: HtmlElement,
    shown: Vec<Shown>,
}

struct Shown {
    value: HtmlElement,
    svg: Element,
    curves: Vec<Element>,
}

impl Charts {
    /// A place for charts at the end of a pane.
    pub fn append_to(pane: &Element) -> Charts {
        let root = el("div", "charts");
        append(pane, &root);
        Charts { root, shown: Vec::new() }
    }

    /// Shows these charts.
    pub fn render(&mut self, charts: &[Chart]) {
        while self.shown.len() < charts.len() {
            let Some(shown) = self.add(&charts[self.shown.len()]) else { return };
            self.shown.push(shown);
        }
        for (shown, chart) in self.shown.iter().zip(charts) {
            set_text(&shown.value, &chart.value);
            set_attr(&shown.svg, "aria-label", &chart.words);
            for (curve, points) in shown.curves.iter().zip(&chart.curves) {
                set_attr(curve, "points", points);
            }
        }
    }

    fn add(&self, chart: &Chart) -> Option<Shown> {
        let (figure, value) = (el("div", "chart"), el("span", "chart-value"));
        let in_svg = |name| {
            let namespace = Some("http://www.w3.org/2000/svg");
            dom::document().create_element_ns(namespace, name).ok()
        };
        let svg = in_svg("svg")?;
        // One pixel more all round, so that a line at the edge is seen.
        let view = format!("-4 -4 {} {}", WIDTH + 8, HEIGHT + 8);
        for (name, text) in [
            ("viewBox", view.as_str()),
            ("preserveAspectRatio", "none"),
            ("role", "img"),
            ("focusable", "false"),
        ] {
            set_attr(&svg, name, text);
        }
        let mut curves = Vec::new();
        for _ in &chart.curves {
            let curve = in_svg("polyline")?;
            set_attr(&curve, "class", if curves.is_empty() { "first" } else { "second" });
            append(&svg, &curve);
            curves.push(curve);
        }
        append(&figure, &el_text("span", "chart-name", chart.name));
        append(&figure, &value);
        append(&figure, &svg);
        append(&self.root, &figure);
        Some(Shown { value, svg, curves })
    }
}
