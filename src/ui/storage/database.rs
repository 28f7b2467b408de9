//! IndexedDB, reduced to what the page needs: numbered records and named values, all strings.

use crate::view::text;
use std::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    IdbDatabase, IdbObjectStore, IdbOpenDbRequest, IdbRequest, IdbTransaction, IdbTransactionMode,
};

use crate::ui::dom;

/// Numbered records: the journal.
const RECORDS: &str = "records";
/// Named values: settings, history, the base of the journal.
const VALUES: &str = "values";
/// Raise it when the stores change; `on_upgrade` then has to bring old ones along.
const VERSION: u32 = 1;

/// Everything in a database, as it was found.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Contents {
    /// Records with their numbers, ascending. What is no string is `None`: somebody else's, or
    /// damage.
    pub records: Vec<(u64, Option<String>)>,
    /// Values with their names.
    pub values: Vec<(String, Option<String>)>,
}

/// A change to a database; the changes of one [`Database::write`] happen all or not at all.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Change {
    /// Writes a record, replacing one with the same number.
    PutRecord(u64, String),
    /// Removes a record.
    DeleteRecord(u64),
    /// Removes all records.
    ClearRecords,
    /// Writes a value.
    PutValue(&'static str, String),
}

/// What a write came to.
pub type Written = Result<(), String>;

type OnComplete = Closure<dyn FnMut()>;

/// An open database.
pub struct Database {
    db: IdbDatabase,
    on_complete: OnComplete,
    on_abort: OnComplete,
}

impl Database {
    /// Opens (or makes) a database and reads everything in it; `done` gets both, or why not.
    pub fn open(
        name: &str,
        on_written: impl Fn(Written) + 'static,
        done: impl FnOnce(Result<(Database, Contents), String>) + 'static,
    ) {
        let mut done: Option<Box<dyn FnOnce(_)>> = Some(Box::new(done));
        match open_request(name) {
            Ok(request) => Opening::start(request, on_written, done),
            Err(problem) => {
                if let Some(done) = done.take() {
                    done(Err(problem));
                }
            }
        }
    }

    fn new(db: IdbDatabase, on_written: impl Fn(Written) + 'static) -> Database {
        let on_written = Rc::new(on_written);
        let written = Rc::clone(&on_written);
        Database {
            db,
            on_complete: Closure::new(move || written(Ok(()))),
            on_abort: Closure::new(move || on_written(Err(text::STORE_REFUSED.to_owned()))),
        }
    }

    /// Starts a write. `on_written` is called once for each write, in order.
    ///
    /// # Errors
    /// When the browser refuses at once; `on_written` is not called then.
    pub fn write(&self, changes: &[Change]) -> Written {
        self.try_write(changes).map_err(|error| text_of(&error))
    }

    fn try_write(&self, changes: &[Change]) -> Result<(), JsValue> {
        let tx = transaction(&self.db, IdbTransactionMode::Readwrite)?;
        let (records, values) = (tx.object_store(RECORDS)?, tx.object_store(VALUES)?);
        for change in changes {
            apply(change, &records, &values)?;
        }
        tx.set_oncomplete(Some(self.on_complete.as_ref().unchecked_ref()));
        tx.set_onabort(Some(self.on_abort.as_ref().unchecked_ref()));
        Ok(())
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        self.db.close();
    }
}

fn apply(
    change: &Change,
    records: &IdbObjectStore,
    values: &IdbObjectStore,
) -> Result<(), JsValue> {
    match change {
        Change::PutRecord(number, text) => records.put_with_key(&text.into(), &key(*number))?,
        Change::DeleteRecord(number) => records.delete(&key(*number))?,
        Change::ClearRecords => records.clear()?,
        Change::PutValue(name, text) => values.put_with_key(&text.into(), &(*name).into())?,
    };
    Ok(())
}

/// Record numbers count user inputs: far below the 2^53 up to which a JS number is exact.
fn key(number: u64) -> JsValue {
    JsValue::from_f64(number as f64)
}

fn open_request(name: &str) -> Result<IdbOpenDbRequest, String> {
    let factory = dom::window().indexed_db().map_err(|error| text_of(&error))?;
    let factory = factory.ok_or(text::STORE_MISSING)?;
    factory.open_with_u32(name, VERSION).map_err(|error| text_of(&error))
}

fn transaction(db: &IdbDatabase, mode: IdbTransactionMode) -> Result<IdbTransaction, JsValue> {
    let stores = js_sys::Array::of2(&RECORDS.into(), &VALUES.into());
    db.transaction_with_str_sequence_and_mode(&stores, mode)
}

type Done = Option<Box<dyn FnOnce(Result<(Database, Contents), String>)>>;

/// A database that is being opened: the callbacks keep each other alive until one of them is done.
struct Opening {
    request: IdbOpenDbRequest,
    done: RefCell<Done>,
    callbacks: RefCell<Vec<OnComplete>>,
}

impl Opening {
    fn start(request: IdbOpenDbRequest, on_written: impl Fn(Written) + 'static, done: Done) {
        let callbacks = RefCell::default();
        let opening = Rc::new(Opening { request, done: RefCell::new(done), callbacks });
        let upgrade = opening.callback(|opening| {
            if let Err(error) = opening.upgrade() {
                opening.finish(Err(text_of(&error)));
            }
        });
        opening.request.set_onupgradeneeded(Some(&upgrade));
        let failed = opening.callback(|opening| {
            let error = opening.request.error().ok().flatten();
            let text =
                error.map_or_else(|| text::STORE_NO_REASON.to_owned(), |error| error.message());
            opening.finish(Err(text));
        });
        opening.request.set_onerror(Some(&failed));
        let blocked = opening.callback(|opening| {
            opening.finish(Err(text::STORE_OLDER_PAGE.to_owned()));
        });
        opening.request.set_onblocked(Some(&blocked));
        let mut on_written = Some(on_written);
        let opened = opening.callback(move |opening| {
            let Some(on_written) = on_written.take() else { return };
            if let Err(error) = opening.opened(on_written) {
                opening.finish(Err(text_of(&error)));
            }
        });
        opening.request.set_onsuccess(Some(&opened));
    }

    /// A JS function that calls `run`; it lives until [`Opening::finish`].
    fn callback(
        self: &Rc<Opening>,
        mut run: impl FnMut(&Rc<Opening>) + 'static,
    ) -> js_sys::Function {
        let opening = Rc::clone(self);
        let callback: OnComplete = Closure::new(move || {
            let opening = Rc::clone(&opening);
            run(&opening);
        });
        let function = callback.as_ref().unchecked_ref::<js_sys::Function>().clone();
        self.callbacks.borrow_mut().push(callback);
        function
    }

    fn upgrade(&self) -> Result<(), JsValue> {
        let db: IdbDatabase = self.request.result()?.unchecked_into();
        let names = db.object_store_names();
        for store in [RECORDS, VALUES] {
            if !names.contains(store) {
                db.create_object_store(store)?;
            }
        }
        Ok(())
    }

    /// Reads everything, then hands the database over.
    fn opened(self: &Rc<Opening>, on_written: impl Fn(Written) + 'static) -> Result<(), JsValue> {
        let db: IdbDatabase = self.request.result()?.unchecked_into();
        let tx = transaction(&db, IdbTransactionMode::Readonly)?;
        let (records, values) = (tx.object_store(RECORDS)?, tx.object_store(VALUES)?);
        let reads = [
            records.get_all_keys()?,
            records.get_all()?,
            values.get_all_keys()?,
            values.get_all()?,
        ];
        let mut database = Some(Database::new(db, on_written));
        let complete = self.callback(move |opening| {
            let Some(database) = database.take() else { return };
            let contents = contents_of(&reads);
            opening.finish(contents.map(|it| (database, it)).map_err(|error| text_of(&error)));
        });
        tx.set_oncomplete(Some(&complete));
        let aborted = self.callback(|opening| {
            opening.finish(Err(text::STORE_UNREADABLE.to_owned()));
        });
        tx.set_onabort(Some(&aborted));
        Ok(())
    }

    fn finish(self: &Rc<Opening>, result: Result<(Database, Contents), String>) {
        if let Some(done) = self.done.borrow_mut().take() {
            done(result);
        }
        self.request.set_onupgradeneeded(None);
        self.request.set_onerror(None);
        self.request.set_onblocked(None);
        self.request.set_onsuccess(None);
        // The callback that runs now must outlive this call: the next task drops it.
        let opening = Rc::clone(self);
        let drop_later = Closure::once_into_js(move || opening.callbacks.borrow_mut().clear());
        dom::window().queue_microtask(drop_later.unchecked_ref());
    }
}

fn contents_of(reads: &[IdbRequest; 4]) -> Result<Contents, JsValue> {
    let list = |read: &IdbRequest| read.result().map(|list| js_sys::Array::from(&list));
    let [record_keys, records, value_keys, values] =
        [list(&reads[0])?, list(&reads[1])?, list(&reads[2])?, list(&reads[3])?];
    let number = |key: JsValue| key.as_f64().map(|number| number as u64);
    Ok(Contents {
        records: std::iter::zip(record_keys.iter(), records.iter())
            .filter_map(|(key, text)| Some((number(key)?, text.as_string())))
            .collect(),
        values: std::iter::zip(value_keys.iter(), values.iter())
            .filter_map(|(key, text)| Some((key.as_string()?, text.as_string())))
            .collect(),
    })
}

/// What a thrown value says.
pub fn text_of(error: &JsValue) -> String {
    let message = match error.dyn_ref::<js_sys::Error>() {
        Some(error) => error.message().as_string(),
        None => error.dyn_ref::<web_sys::DomException>().map(web_sys::DomException::message),
    };
    message.unwrap_or_else(|| text::STORE_NO_REASON.to_owned())
}
