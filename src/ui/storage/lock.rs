//! One tab owns the stored session: the Web Locks API says which.

use std::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

use crate::ui::dom;

// web-sys has these only behind an unstable flag; browsers have had them since 2022.
#[wasm_bindgen]
extern "C" {
    type LockManager;
    #[wasm_bindgen(method, catch)]
    fn request(
        this: &LockManager,
        name: &str,
        options: &JsValue,
        run: &js_sys::Function,
    ) -> Result<Asked, JsValue>;

    type Asked;
    #[wasm_bindgen(method)]
    fn catch(this: &Asked, run: &js_sys::Function);
}

/// Who may write.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ownership {
    /// This tab, until it closes.
    Ours,
    /// Another tab: this one works on a copy.
    Another,
    /// The browser has no locks (or refuses them): we write and hope.
    Unknown,
}

/// How often a tab asks again before it gives up: the page that a reload replaces may hold the lock
/// for a moment longer.
const TRIES: u32 = 4;
/// How long it waits in between.
const RETRY_MS: i32 = 120;

/// Asks for the lock; `done` is called once. The lock is held until the page goes away.
pub fn acquire(name: &'static str, done: impl FnOnce(Ownership) + 'static) {
    attempt(name, TRIES, Done(Rc::new(RefCell::new(Some(Box::new(done))))));
}

/// Called at most once, from whichever callback comes first.
#[derive(Clone)]
struct Done(Rc<RefCell<Option<Answer>>>);

type Answer = Box<dyn FnOnce(Ownership)>;

impl Done {
    fn call(&self, ownership: Ownership) {
        if let Some(done) = self.0.borrow_mut().take() {
            done(ownership);
        }
    }
}

fn attempt(name: &'static str, n_left: u32, done: Done) {
    let granted = done.clone();
    let run = Closure::once_into_js(move |lock: JsValue| -> JsValue {
        if !lock.is_null() {
            granted.call(Ownership::Ours);
            // A promise that stays open keeps the lock.
            return js_sys::Promise::new(&mut |_, _| {}).into();
        }
        if n_left == 0 {
            granted.call(Ownership::Another);
        } else {
            later(move || attempt(name, n_left - 1, granted));
        }
        JsValue::UNDEFINED
    });
    match request(name, run.unchecked_ref()) {
        Ok(asked) => {
            // A frame without access to locks rejects.
            let refused = Closure::once_into_js(move || done.call(Ownership::Unknown));
            asked.catch(refused.unchecked_ref());
        }
        Err(_) => done.call(Ownership::Unknown),
    }
}

fn request(name: &str, run: &js_sys::Function) -> Result<Asked, JsValue> {
    let navigator: JsValue = dom::window().navigator().into();
    let locks = js_sys::Reflect::get(&navigator, &"locks".into())?;
    if locks.is_undefined() {
        return Err(JsValue::UNDEFINED);
    }
    let options = js_sys::Object::new();
    js_sys::Reflect::set(&options, &"ifAvailable".into(), &true.into())?;
    locks.unchecked_into::<LockManager>().request(name, &options, run)
}

fn later(run: impl FnOnce() + 'static) {
    let run = Closure::once_into_js(run);
    let _ = dom::window()
        .set_timeout_with_callback_and_timeout_and_arguments_0(run.unchecked_ref(), RETRY_MS);
}
