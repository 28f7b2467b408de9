//! Tells when an element changes its size.

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, ResizeObserver};

/// Calls back while it lives.
#[derive(Debug)]
pub struct SizeObserver {
    observer: Option<ResizeObserver>,
    _run: Closure<dyn FnMut()>,
}

impl SizeObserver {
    /// Calls `run` once at first and then whenever `element` changes its size.
    pub fn new(element: &Element, run: impl FnMut() + 'static) -> SizeObserver {
        let run = Closure::<dyn FnMut()>::new(run);
        // A browser without observers (none that runs WebAssembly) never calls.
        let observer = ResizeObserver::new(run.as_ref().unchecked_ref()).ok();
        if let Some(observer) = &observer {
            observer.observe(element);
        }
        SizeObserver { observer, _run: run }
    }
}

impl Drop for SizeObserver {
    fn drop(&mut self) {
        if let Some(observer) = &self.observer {
            observer.disconnect();
        }
    }
}
