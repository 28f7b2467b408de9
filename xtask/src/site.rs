//! A folder over HTTP: what `serve` and the end-to-end tests use. It answers `GET` and `HEAD`.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

use anyhow::{Result, anyhow};
use flate2::Compression;
use flate2::write::GzEncoder;
use tiny_http::{Header, Method, Request, Response, Server, StatusCode};

/// Threads that answer requests.
const N_WORKERS: usize = 4;

/// Answers a request itself, or hands it back to be answered from the folder.
pub type Intercept = dyn Fn(Request) -> Option<Request> + Send + Sync;

/// Changes a page before it is sent.
pub type PageFilter = dyn Fn(String) -> String + Send + Sync;

/// What is served, and how.
pub struct Site {
    /// The folder.
    pub dir: PathBuf,
    /// What each address starts with: `/`, or `/some/path/` to show that the site does not care.
    pub base: String,
    /// Looks at each request first.
    pub intercept: Option<Box<Intercept>>,
    /// Looks at each HTML page last.
    pub page_filter: Option<Box<PageFilter>>,
}

/// A bound port that answers nothing yet.
pub struct Listener {
    server: Server,
    /// The port, also when it was chosen by the system.
    pub port: u16,
}

/// Takes `port` on the loopback interface; 0 lets the system choose.
pub fn bind(port: u16) -> Result<Listener> {
    let server = Server::http(("127.0.0.1", port)).map_err(|error| {
        anyhow!(
            "cannot listen on port {port} ({error}). Something else may use it, perhaps another \
             `cargo xtask serve`: end that, or choose another port with `--port {}`",
            port.saturating_add(1)
        )
    })?;
    let port = server
        .server_addr()
        .to_ip()
        .map(|address| address.port())
        .ok_or_else(|| anyhow!("the listener has no port"))?;
    Ok(Listener { server, port })
}

/// A site that is being served until it is dropped.
pub struct Serving {
    server: Arc<Server>,
    workers: Vec<thread::JoinHandle<()>>,
}

impl Serving {
    /// Serves until the process ends.
    pub fn wait(mut self) {
        for worker in self.workers.drain(..) {
            // A worker that panicked has printed why.
            let _ = worker.join();
        }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        for _ in &self.workers {
            self.server.unblock();
        }
    }
}

impl Listener {
    /// Starts to answer with `site`.
    pub fn serve(self, site: Site) -> Serving {
        let server = Arc::new(self.server);
        let site = Arc::new(site);
        let workers = (0..N_WORKERS)
            .map(|_| {
                let (server, site) = (Arc::clone(&server), Arc::clone(&site));
                thread::spawn(move || {
                    while let Ok(request) = server.recv() {
                        site.answer(request);
                    }
                })
            })
            .collect();
        Serving { server, workers }
    }
}

impl Site {
    fn answer(&self, request: Request) {
        let request = match &self.intercept {
            None => request,
            Some(intercept) => match intercept(request) {
                None => return,
                Some(request) => request,
            },
        };
        let response = self.response_to(&request);
        // The client may have gone: nobody is left to tell.
        let _ = request.respond(response);
    }

    fn response_to(&self, request: &Request) -> Response<std::io::Cursor<Vec<u8>>> {
        if !matches!(request.method(), Method::Get | Method::Head) {
            return text(405, "only GET and HEAD");
        }
        let Some(file) = file_for(request.url(), &self.base) else {
            return text(404, "no such page");
        };
        let mut path = self.dir.join(&file);
        if path.is_dir() {
            if !request.url().split(['?', '#']).next().unwrap_or_default().ends_with('/') {
                let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
                return text(301, "").with_header(header("Location", &format!("./{name}/")));
            }
            path.push("index.html");
        }
        let Ok(mut body) = fs::read(&path) else { return text(404, "no such page") };
        let mime = mime_type(&path);
        if let Some(filter) = &self.page_filter
            && mime.starts_with("text/html")
        {
            body = filter(String::from_utf8_lossy(&body).into_owned()).into_bytes();
        }
        let accepts_gzip = request.headers().iter().any(|header| {
            header.field.equiv("Accept-Encoding") && header.value.as_str().contains("gzip")
        });
        let is_packed = accepts_gzip && is_compressible(mime);
        if is_packed {
            body = gzip(&body, Compression::fast());
        }
        let mut response = Response::from_data(body)
            .with_header(header("Content-Type", mime))
            .with_header(header("Cache-Control", "no-cache"))
            .with_header(header("X-Content-Type-Options", "nosniff"));
        if is_packed {
            response.add_header(header("Content-Encoding", "gzip"));
        }
        response
    }
}

/// `data` compressed with gzip.
pub fn gzip(data: &[u8], level: Compression) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), level);
    encoder.write_all(data).and_then(|()| encoder.finish()).expect("writing to memory succeeds")
}

/// A short answer in plain text.
pub fn text(status: u16, message: &str) -> Response<std::io::Cursor<Vec<u8>>> {
    Response::from_string(message).with_status_code(StatusCode(status))
}

/// A header whose name and value are known to be ASCII.
pub fn header(name: &str, value: &str) -> Header {
    Header::from_bytes(name, value).expect("names and values of headers are ASCII here")
}

/// The file below the site's folder that an address means; nothing if it is outside of it.
fn file_for(url: &str, base: &str) -> Option<PathBuf> {
    let path = percent_decode(url.split(['?', '#']).next()?)?;
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
        check("/pkg/a%20b.js?x=1", "/", Some("pkg/a b.js"));
        check("/sub/path/main.js", "/sub/path/", Some("main.js"));
        check("/main.js", "/sub/path/", None);
        check("/../secret", "/", None);
        check("/%2e%2e/secret", "/", None);
        check("/a/..%2fsecret", "/", None);
        check("/%zz", "/", None);
    }
}
