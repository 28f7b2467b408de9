//! The door as a host page uses it, in the browser.

use js_sys::{Array, Function, JSON, Reflect};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

use super::Streamlanes;

wasm_bindgen_test_configure!(run_in_browser);

fn world(options: &str) -> Result<Streamlanes, JsValue> {
    Streamlanes::new(JSON::parse(options)?)
}

fn empty() -> Streamlanes {
    world("{}").expect("no options are fine")
}

fn json(value: &JsValue) -> String {
    JSON::stringify(value).map_or_else(|_| "?".to_owned(), String::from)
}

fn member(value: &JsValue, path: &str) -> JsValue {
    path.split('.').fold(value.clone(), |value, name| {
        Reflect::get(&value, &name.into()).unwrap_or(JsValue::UNDEFINED)
    })
}

fn message(result: Result<impl Sized, JsValue>) -> String {
    match result {
        Ok(_) => "no error".to_owned(),
        Err(error) => member(&error, "message").as_string().unwrap_or_default(),
    }
}

/// Runs lines and compares the last answer with one in JSON.
#[track_caller]
fn check(lines: &[&str], expected: &str) {
    let world = empty();
    let mut answer = JsValue::UNDEFINED;
    for line in lines {
        answer = world.exec(line, None).expect("a line is never an exception");
    }
    assert_eq!(json(&answer), expected, "{lines:?}");
}

#[wasm_bindgen_test]
fn a_line_gives_its_text_and_its_value() {
    check(&["XADD s 5-1 a b"], r#"{"text":"\"5-1\"","value":"5-1"}"#);
    check(
        &["XADD s 5-1 a b", "XRANGE s - +"],
        concat!(
            r#"{"text":"1) 1) \"5-1\"\n   2) 1) \"a\"\n      2) \"b\"","#,
            r#""value":[["5-1",["a","b"]]]}"#
        ),
    );
    check(&["XACK s g 1-1"], r#"{"text":"(integer) 0","value":0}"#);
    check(&["GET nothing"], r#"{"text":"(nil)","value":null}"#);
    check(&["   "], r#"{"text":""}"#);
    check(&["BLPOP nothing 0"], r#"{"text":"","waiting":true}"#);
}

#[wasm_bindgen_test]
fn an_error_is_a_value_and_no_exception() {
    let answer = empty().exec("XADD s", None).expect("no exception");
    let error = member(&answer, "error").as_string().unwrap_or_default();
    assert!(error.starts_with("ERR wrong number of arguments"), "{error}");
    assert!(member(&answer, "value").is_undefined());
}

#[wasm_bindgen_test]
fn what_does_not_fit_a_number_or_a_text_comes_exactly() {
    check(
        &["SET n 9007199254740993", "INCR n"],
        r#"{"text":"(integer) 9007199254740994","value":"9007199254740994"}"#,
    );
    let world = empty();
    world.exec(r#"SET bytes "\xff\x00""#, None).expect("no exception");
    let answer = world.exec("GET bytes", None).expect("no exception");
    let bytes = member(&answer, "value").dyn_into::<js_sys::Uint8Array>().expect("bytes");
    assert_eq!(bytes.to_vec(), [0xff, 0]);
}

#[wasm_bindgen_test]
fn a_snapshot_shows_streams_groups_and_who_waits() {
    let world = empty();
    for line in ["XADD s 5-1 a b", "XGROUP CREATE s g 0", "XREADGROUP GROUP g ann STREAMS s >"] {
        world.exec(line, None).expect("no exception");
    }
    world.exec("BLPOP nothing 0", Some("bob".to_owned())).expect("no exception");
    let snapshot = world.snapshot().expect("a snapshot");
    assert_eq!(
        json(&member(&snapshot, "keys")),
        concat!(
            r#"[{"db":0,"key":"s","type":"stream","length":1,"lastId":"5-1","groups":[{"#,
            r#""name":"g","lastDeliveredId":"5-1","pending":1,"#,
            r#""consumers":[{"name":"ann","pending":1}]}]}]"#
        )
    );
    assert_eq!(member(&snapshot, "clients.0.name"), "bob");
    assert_eq!(member(&snapshot, "clients.0.waiting"), true);
    assert_eq!(member(&snapshot, "profile"), "8.10");
}

#[wasm_bindgen_test]
fn events_come_while_somebody_listens_and_may_call_back() {
    let world = std::rc::Rc::new(empty());
    let heard = Array::new();
    let (inside, kept) = (std::rc::Rc::clone(&world), heard.clone());
    let callback = Closure::<dyn Fn(JsValue)>::new(move |event: JsValue| {
        if member(&event, "kind") == "added" {
            let length = inside.exec("XLEN s", None).expect("a callback may call back");
            kept.push(&member(&event, "id"));
            kept.push(&member(&length, "value"));
        }
    });
    let function: &Function = callback.as_ref().unchecked_ref();
    world.on_event(function.clone().into()).expect("a function");
    world.exec("XADD s 5-1 a b", None).expect("no exception");
    assert_eq!(json(&heard), r#"["5-1",1]"#);
    world.on_event(JsValue::NULL).expect("null stops");
    world.exec("XADD s 5-2 a b", None).expect("no exception");
    assert_eq!(heard.length(), 2);
    assert_eq!(message(world.on_event(7.into())), "onEvent takes a function, or null");
}

#[wasm_bindgen_test]
fn time_moves_when_told_and_back() {
    let world = world(r#"{"scenario":"orders","seed":7,"profile":"7.0"}"#).expect("a scenario");
    assert_eq!(world.advance(10_000.0), Ok(10_000.0));
    let later = world.snapshot().expect("a snapshot");
    let length = member(&later, "keys.0.length").as_f64();
    assert!(length.is_some_and(|length| length > 0.0), "{}", json(&later));
    assert_eq!(world.seek(0.0), Ok(0.0));
    assert_eq!(world.seek(10_000.0), Ok(10_000.0));
    assert_eq!(json(&world.snapshot().expect("a snapshot")), json(&later));
    assert!(message(world.advance(-1.0)).contains("a number of milliseconds"));
    assert!(message(world.seek(f64::NAN)).contains("a number of milliseconds"));
}

#[wasm_bindgen_test]
fn wrong_options_say_what_is_right() {
    let cases = [
        (r#"{"scenario":"shop"}"#, "choose one of"),
        (r#"{"profile":"5.0"}"#, "choose one of"),
        (r#"{"seed":0.5}"#, "seed is a whole number"),
        ("7", "invalid type"),
    ];
    for (options, part) in cases {
        let message = message(world(options));
        assert!(message.contains(part), "{options}: {message}");
    }
}
