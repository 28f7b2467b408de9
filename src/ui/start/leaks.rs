//! A page that was used and dropped leaves nothing in its browser: what it registers is counted at
//! the browser's own functions, so that a listener without a guard is counted too.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Array, Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::HtmlElement;

use super::super::app::App;
use super::super::crash::{CrashPane, Report};
use super::super::inbox::Inbox;
use super::super::lesson::LessonPane;
use super::super::storage::Keeper;
use super::super::storage::database::Contents;
use super::{dom, fresh_world, panes};

wasm_bindgen_test_configure!(run_in_browser);

/// The page as it is delivered.
const MARKUP: &str = include_str!("../../../www/index.html");

/// Wraps what registers and what takes back; `left()` counts listeners, timers, frames, observers.
const COUNTER: &str = r#"
    const live = [new Set(), new Set(), new Set(), new Set()];
    const [listeners, timers, frames, observers] = live;
    const ids = new WeakMap();
    let lastId = 0;
    const idOf = (it) => {
        if (!ids.has(it)) ids.set(it, ++lastId);
        return ids.get(it);
    };
    const key = (target, kind, run, options) => {
        const captures = typeof options === "object" ? options?.capture : options;
        return `${idOf(target)} ${kind} ${idOf(run)} ${Boolean(captures)}`;
    };
    const wrap = (holder, name, make) => {
        const plain = holder[name];
        holder[name] = function (...args) { return make(plain, this ?? window, args); };
    };
    wrap(EventTarget.prototype, "addEventListener", (plain, target, args) => {
        listeners.add(key(target, ...args));
        return plain.apply(target, args);
    });
    wrap(EventTarget.prototype, "removeEventListener", (plain, target, args) => {
        listeners.delete(key(target, ...args));
        return plain.apply(target, args);
    });
    const once = (name, end, set) => {
        wrap(window, name, (plain, _, [run, ...rest]) => {
            const id = plain((...args) => { set.delete(id); run(...args); }, ...rest);
            set.add(id);
            return id;
        });
        wrap(window, end, (plain, _, [id]) => { set.delete(id); plain(id); });
    };
    once("setTimeout", "clearTimeout", timers);
    once("requestAnimationFrame", "cancelAnimationFrame", frames);
    wrap(window, "setInterval", (plain, _, args) => {
        const id = plain(...args);
        timers.add(`every ${id}`);
        return id;
    });
    wrap(window, "clearInterval", (plain, _, [id]) => { timers.delete(`every ${id}`); plain(id); });
    for (const { prototype } of [ResizeObserver, MutationObserver, IntersectionObserver]) {
        wrap(prototype, "observe", (plain, it, args) => {
            observers.add(idOf(it));
            return plain.apply(it, args);
        });
        wrap(prototype, "disconnect", (plain, it) => {
            observers.delete(idOf(it));
            return plain.apply(it);
        });
    }
    const host = document.createElement("div");
    document.body.append(host);
    return {
        left: () => live.map((set) => set.size),
        put: (markup) => {
            const page = new DOMParser().parseFromString(markup, "text/html");
            host.replaceChildren(...document.adoptNode(page.body).childNodes);
        },
        wait: (ms) => new Promise((done) => setTimeout(done, ms)),
        end: () => host.remove(),
    };
"#;

struct Counter(JsValue);

impl Counter {
    fn install() -> Counter {
        let install = Function::new_no_args(COUNTER);
        Counter(install.call0(&JsValue::NULL).expect("the counter is a script without errors"))
    }

    fn call(&self, name: &str, argument: &JsValue) -> JsValue {
        let function = Reflect::get(&self.0, &name.into()).expect("the counter has members");
        let function: Function = function.unchecked_into();
        function.call1(&JsValue::NULL, argument).expect("no member of the counter fails")
    }

    /// Listeners, timers, frames, observers; and the listeners that [`dom::n_listeners`] knows.
    fn left(&self) -> Vec<usize> {
        let counts = Array::from(&self.call("left", &JsValue::UNDEFINED));
        let counts = counts.iter().map(|n| n.as_f64().unwrap_or(-1.0) as usize);
        counts.chain([dom::n_listeners()]).collect()
    }

    async fn wait(&self, ms: u32) {
        let promise: Promise = self.call("wait", &ms.into()).unchecked_into();
        JsFuture::from(promise).await.expect("time passes");
    }
}

/// The whole page with every pane, also the one that a crash leaves.
fn mounted() -> (Inbox, Rc<RefCell<App>>) {
    let (inbox, contents) = (Inbox::new(), Contents::default());
    let (session, since) = fresh_world(None);
    let mut panes = panes(&inbox, &contents).expect("the markup has every element");
    let lesson = LessonPane::mount(&inbox, &contents, None, since, false);
    panes.push(Box::new(lesson.expect("the markup has a lesson")));
    let report = Report { message: "a test".to_owned(), set_aside: None, words: "PING".to_owned() };
    let crash = CrashPane::mount(&inbox, &report, &contents);
    panes.push(Box::new(crash.expect("the markup has a crash panel")));
    let app = App::mount(inbox.clone(), session, Keeper::new(None, None), panes, None);
    (inbox, app)
}

fn click(css: &str) {
    let found = dom::document().query_selector(css).ok().flatten();
    let found = found.unwrap_or_else(|| panic!("the page has no {css}"));
    found.unchecked_into::<HtmlElement>().click();
}

/// Runs lines, opens and closes every pane and dialog, adds a client and blocks it.
async fn is_used(counter: &Counter, inbox: &Inbox) {
    inbox.run_line("you", "XADD mine 1-1 item tea");
    inbox.run_line("reader", "XREAD BLOCK 0 STREAMS mine $");
    for tab in ["inspector", "feed", "ledger", "services"] {
        click(&format!("#tab-{tab}"));
        counter.wait(20).await;
    }
    click("#lanes-as-list");
    counter.wait(300).await;
    for css in ["#lanes-twin [data-target]", "#biography-close", "#lanes-as-list"] {
        click(css);
        counter.wait(20).await;
    }
    for dialog in ["settings", "share"] {
        click(&format!("#{dialog}-open"));
        counter.wait(20).await;
        click(&format!("#{dialog} .dialog-head button"));
        counter.wait(20).await;
    }
}

#[wasm_bindgen_test]
async fn a_page_that_is_dropped_leaves_nothing_behind() {
    let counter = Counter::install();
    let before = counter.left();
    for round in 0..6 {
        counter.call("put", &MARKUP.into());
        let (inbox, app) = mounted();
        let fresh = counter.left();
        assert!(before[0] + 30 < fresh[0] && before[3] < fresh[3], "nothing is counted: {fresh:?}");
        is_used(&counter, &inbox).await;
        drop((inbox, app));
        // Microtasks that were on their way find no app any more.
        counter.wait(0).await;
        assert_eq!(counter.left(), before, "after {round} rounds");
    }
    counter.call("end", &JsValue::UNDEFINED);
}
