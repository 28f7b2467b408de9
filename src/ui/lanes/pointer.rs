//! What the pointer, the wheel and the keys do at the picture.

use std::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen::JsCast;
use web_sys::{Event, HtmlElement, KeyboardEvent, PointerEvent, WheelEvent};

use super::LanesMsg;
use crate::sorted::SortedMap;
use crate::ui::app::Msg;
use crate::ui::dom::Listener;
use crate::ui::inbox::Inbox;

/// A pointer that moved less than this since it went down was a click.
const CLICK_PX: f32 = 5.0;
/// How much one notch of the wheel zooms.
const WHEEL_ZOOM: f32 = 1.2;

/// Pointers that are down: where they were last, and how far they went.
#[derive(Default)]
struct Down {
    pointers: SortedMap<i32, ([f32; 2], f32)>,
}

/// Listeners on the picture.
pub(super) fn listeners(inbox: &Inbox, scroll: &HtmlElement) -> Vec<Listener> {
    let down = Rc::new(RefCell::new(Down::default()));
    let mut all = pointer_listeners(inbox, scroll, &down);
    let scrolled = inbox.clone();
    all.push(Listener::new(scroll, "scroll", move |_| {
        scrolled.push(Msg::Lanes(LanesMsg::Scrolled));
    }));
    let wheeled = inbox.clone();
    all.push(Listener::cancelling(scroll, "wheel", move |event| on_wheel(&wheeled, event)));
    let typed = inbox.clone();
    all.push(Listener::cancelling(scroll, "keydown", move |event| on_key(&typed, event)));
    all
}

fn pointer_listeners(
    inbox: &Inbox,
    scroll: &HtmlElement,
    down: &Rc<RefCell<Down>>,
) -> Vec<Listener> {
    let began = Rc::clone(down);
    let on_down = Listener::new(scroll, "pointerdown", move |event| {
        let Some(event) = event.dyn_ref::<PointerEvent>() else { return };
        began.borrow_mut().pointers.insert(event.pointer_id(), (point(event), 0.0));
    });
    let (moved, to) = (Rc::clone(down), inbox.clone());
    let on_move = Listener::new(scroll, "pointermove", move |event| {
        let Some(event) = event.dyn_ref::<PointerEvent>() else { return };
        on_move(&mut moved.borrow_mut(), &to, event);
    });
    let (ended, to) = (Rc::clone(down), inbox.clone());
    let on_up = Listener::new(scroll, "pointerup", move |event| {
        let Some(event) = event.dyn_ref::<PointerEvent>() else { return };
        let was = ended.borrow_mut().pointers.remove(&event.pointer_id());
        if was.is_some_and(|(_, went)| went < CLICK_PX) {
            to.push(Msg::Lanes(LanesMsg::Click(point(event))));
        }
    });
    let mut all = vec![on_down, on_move, on_up];
    for kind in ["pointerleave", "pointercancel"] {
        let (left, to) = (Rc::clone(down), inbox.clone());
        all.push(Listener::new(scroll, kind, move |event| {
            if let Some(event) = event.dyn_ref::<PointerEvent>() {
                left.borrow_mut().pointers.remove(&event.pointer_id());
            }
            to.push(Msg::Lanes(LanesMsg::Point(None)));
        }));
    }
    all
}

fn on_move(down: &mut Down, inbox: &Inbox, event: &PointerEvent) {
    let now = point(event);
    let id = event.pointer_id();
    if down.pointers.len() == 2
        && let Some(message) = pinch(down, id, now)
    {
        inbox.push(Msg::Lanes(message));
        return;
    }
    let Some((before, went)) = down.pointers.get_mut(&id) else {
        inbox.push(Msg::Lanes(LanesMsg::Point(Some(now))));
        return;
    };
    let dx = now[0] - before[0];
    *went += dx.abs() + (now[1] - before[1]).abs();
    *before = now;
    if CLICK_PX <= *went && dx != 0.0 {
        inbox.push(Msg::Lanes(LanesMsg::Drag { at: now, dx }));
    }
}

/// Two fingers: the distance between them before and after.
fn pinch(down: &mut Down, id: i32, now: [f32; 2]) -> Option<LanesMsg> {
    let other = down.pointers.iter().find(|(other, _)| **other != id).map(|(_, (at, _))| *at)?;
    let (before, went) = down.pointers.get_mut(&id)?;
    let distance = |a: [f32; 2]| (a[0] - other[0]).hypot(a[1] - other[1]).max(20.0);
    let factor = distance(now) / distance(*before);
    *before = now;
    *went = CLICK_PX;
    Some(LanesMsg::Zoom { factor, at_x: Some((now[0] + other[0]) / 2.0) })
}

/// Where a pointer is, in the picture's pixels: the canvas stays at the top of what scrolls.
fn point(event: &PointerEvent) -> [f32; 2] {
    let target = event.current_target().and_then(|target| target.dyn_into::<HtmlElement>().ok());
    let Some(area) = target.map(|element| element.get_bounding_client_rect()) else {
        return [0.0, 0.0];
    };
    let x = f64::from(event.client_x()) - area.left();
    let y = f64::from(event.client_y()) - area.top();
    [x as f32, y as f32]
}

fn on_wheel(inbox: &Inbox, event: &Event) {
    let Some(event) = event.dyn_ref::<WheelEvent>() else { return };
    let (dx, dy) = (event.delta_x(), event.delta_y());
    let sideways = if event.shift_key() && dx == 0.0 { dy } else { dx };
    let message = if event.ctrl_key() || event.meta_key() {
        let factor = if dy < 0.0 { WHEEL_ZOOM } else { 1.0 / WHEEL_ZOOM };
        LanesMsg::Zoom { factor, at_x: Some(event.offset_x() as f32) }
    } else if dy.abs() < sideways.abs() {
        let at = [event.offset_x() as f32, event.offset_y() as f32];
        LanesMsg::Drag { at, dx: -sideways as f32 }
    } else {
        return;
    };
    event.prevent_default();
    inbox.push(Msg::Lanes(message));
}

fn on_key(inbox: &Inbox, event: &Event) {
    let Some(event) = event.dyn_ref::<KeyboardEvent>() else { return };
    if event.ctrl_key() || event.meta_key() || event.alt_key() {
        return;
    }
    let message = match event.key().as_str() {
        "ArrowLeft" => LanesMsg::Pan(-0.2),
        "ArrowRight" => LanesMsg::Pan(0.2),
        "+" | "=" => LanesMsg::Zoom { factor: 1.25, at_x: None },
        "-" => LanesMsg::Zoom { factor: 0.8, at_x: None },
        "Home" => LanesMsg::End(false),
        "End" => LanesMsg::End(true),
        "0" => LanesMsg::Fit,
        "f" => LanesMsg::ToggleFollow,
        _ => return,
    };
    event.prevent_default();
    inbox.push(Msg::Lanes(message));
}
