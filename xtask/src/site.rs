//! A folder over HTTP: what `serve` and the end-to-end tests use. It answers `GET` and `HEAD`.

use std::convert::Infallible;
use std::fs;
use std::io::Write;
use std::net::{self, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::rc::Rc;
use std::thread;

use anyhow::{Context, Result, anyhow};
use flate2::Compression;
use flate2::write::GzEncoder;
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, HeaderValue, LOCATION,
    X_CONTENT_TYPE_OPTIONS,
};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::LocalSet;

/// An answer, complete in memory.
pub type Answer = Response<Full<Bytes>>;

/// An answer that may take a while.
pub type Later = Pin<Box<dyn Future<Output = Answer>>>;

/// Answers an address itself, or leaves it to the folder.
pub type Intercept = dyn Fn(&str) -> Option<Later> + Send;

/// Changes a page before it is sent.
pub type PageFilter = dyn Fn(String) -> String + Send;

/// What is served, and how.
pub struct Site {
    /// The folder.
    pub dir: PathBuf,
    /// What each address starts with: `/`, or `/some/path/` to show that the site does not care.
    pub base: String,
    /// Looks at each address first.
    pub intercept: Option<Box<Intercept>>,
    /// Looks at each HTML page last.
    pub page_filter: Option<Box<PageFilter>>,
}

/// A bound port that answers nothing yet.
pub struct Listener {
    socket: net::TcpListener,
    /// The port, also when it was chosen by the system.
    pub port: u16,
}

/// Takes `port` on the loopback interface; 0 lets the system choose.
pub fn bind(port: u16) -> Result<Listener> {
    let socket = net::TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(|error| {
        anyhow!(
            "cannot listen on port {port} ({error}). Something else may use it, perhaps another \
             `cargo xtask serve`: end that, or choose another port with `--port {}`",
            port.saturating_add(1)
        )
    })?;
    socket.set_nonblocking(true)?;
    let port = socket.local_addr()?.port();
    Ok(Listener { socket, port })
}

/// A site that is being served until this is dropped.
pub struct Serving {
    _until_dropped: oneshot::Sender<()>,
}

impl Listener {
    /// Starts to answer with `site`, on a thread of its own.
    pub fn serve(self, site: Site) -> Result<Serving> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .context("cannot start the server")?;
        let (until_dropped, dropped) = oneshot::channel::<()>();
        thread::spawn(move || {
            let tasks = LocalSet::new();
            tasks.block_on(&runtime, async move {
                tokio::task::spawn_local(accept(self.socket, Rc::new(site)));
                // Either way of ending ends the tasks with this set of them.
                let _ = dropped.await;
            });
        });
        Ok(Serving { _until_dropped: until_dropped })
    }
}

async fn accept(socket: net::TcpListener, site: Rc<Site>) -> Result<()> {
    let listener = TcpListener::from_std(socket)?;
    loop {
        // A connection that fails while it is accepted concerns only its client.
        let Ok((stream, _)) = listener.accept().await else { continue };
        let site = Rc::clone(&site);
        tokio::task::spawn_local(async move {
            let service = service_fn(|request| {
                let site = Rc::clone(&site);
                async move { Ok::<_, Infallible>(site.answer(request).await) }
            });
            // A client that goes away in the middle is no concern of the server.
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

impl Site {
    async fn answer(&self, request: Request<Incoming>) -> Answer {
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            return text(StatusCode::METHOD_NOT_ALLOWED, "only GET and HEAD");
        }
        let url = request.uri().path_and_query().map_or("/", |url| url.as_str());
        if let Some(later) = self.intercept.as_ref().and_then(|intercept| intercept(url)) {
            return later.await;
        }
        let accepts_gzip = request
            .headers()
            .get_all(ACCEPT_ENCODING)
            .iter()
            .any(|value| value.to_str().is_ok_and(|value| value.contains("gzip")));
        self.file_answer(request.uri().path(), accepts_gzip)
    }

    fn file_answer(&self, path: &str, accepts_gzip: bool) -> Answer {
        let not_found = || text(StatusCode::NOT_FOUND, "no such page");
        let Some(relative) = file_for(path, &self.base) else { return not_found() };
        let mut file = self.dir.join(relative);
        if file.is_dir() {
            if !path.ends_with('/') {
                return redirect(&format!("{path}/"));
            }
            file.push("index.html");
        }
        let Ok(mut body) = fs::read(&file) else { return not_found() };
        let mime = mime_type(&file);
        if let Some(filter) = &self.page_filter
            && mime.starts_with("text/html")
        {
            body = filter(String::from_utf8_lossy(&body).into_owned()).into_bytes();
        }
        let is_packed = accepts_gzip && is_compressible(mime);
        if is_packed {
            body = gzip(&body, Compression::fast());
        }
        let mut answer = Response::new(Full::new(Bytes::from(body)));
        let headers = answer.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(mime));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        if is_packed {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        answer
    }
}

/// `data` compressed with gzip.
pub fn gzip(data: &[u8], level: Compression) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), level);
    encoder.write_all(data).and_then(|()| encoder.finish()).expect("writing to memory succeeds")
}

/// A short answer in plain text that is not to be kept.
pub fn text(status: StatusCode, message: &str) -> Answer {
    let mut answer = answer("text/plain; charset=utf-8", Bytes::from(message.to_string()));
    *answer.status_mut() = status;
    answer
}

/// An answer of some kind that is not to be kept.
pub fn answer(mime: &'static str, body: Bytes) -> Answer {
    let mut answer = Response::new(Full::new(body));
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(mime));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

fn redirect(path: &str) -> Answer {
    let mut answer = text(StatusCode::MOVED_PERMANENTLY, "");
    if let Ok(location) = HeaderValue::from_str(path) {
        answer.headers_mut().insert(LOCATION, location);
    }
    answer
}

/// The file below the site's folder that an address's path means; nothing if it is outside of it.
fn file_for(path: &str, base: &str) -> Option<PathBuf> {
    let path = percent_decode(path)?;
    let relative = path.strip_prefix(base)?;
    let mut file = PathBuf::new();
    for part in relative.split('/') {
        match part {
            "" | "." => {}
            ".." => return None,
            _ if part.contains(['\\', ':', '\0']) => return None,
            _ => file.push(part),
        }
    }
    Some(file)
}

fn percent_decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next()?, rest.next()?];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

fn mime_type(path: &Path) -> &'static str {
    match path.extension().and_then(|extension| extension.to_str()).unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "wasm" => "application/wasm",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "xml" => "application/xml",
        "txt" | "md" | "ts" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

fn is_compressible(mime: &str) -> bool {
    mime.starts_with("text/")
        || mime.contains("json")
        || mime.contains("xml")
        || mime == "application/wasm"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(url: &str, base: &str, expected: Option<&str>) {
        assert_eq!(file_for(url, base), expected.map(PathBuf::from), "{url}");
    }

    #[test]
    fn addresses_stay_inside_the_folder() {
        check("/", "/", Some(""));
        check("/pkg/a%20b.js", "/", Some("pkg/a b.js"));
        check("/sub/path/main.js", "/sub/path/", Some("main.js"));
        check("/main.js", "/sub/path/", None);
        check("/../secret", "/", None);
        check("/%2e%2e/secret", "/", None);
        check("/a/..%2fsecret", "/", None);
        check("/%zz", "/", None);
    }
}
