//! A door of its own for every test, and clients that are nothing but sockets: what is sent and
//! what comes back are bytes.

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// How long anything may take before a test gives up. Far more than it needs, since the machine
/// may be busy.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// A door in a process of its own, ended with the test.
pub struct Door {
    process: Child,
    pub address: SocketAddr,
}

impl Door {
    /// A door that anybody on this machine may use.
    pub fn open() -> Door {
        Door::with(&[])
    }

    /// A door with further options.
    pub fn with(options: &[&str]) -> Door {
        let mut process = Command::new(env!("CARGO_BIN_EXE_streamlanes-server"))
            .args(["--port", "0"])
            .args(options)
            .stdout(Stdio::piped())
            .spawn()
            .expect("the door starts");
        let mut line = String::new();
        let output = process.stdout.take().expect("its output is a pipe");
        BufReader::new(output).read_line(&mut line).expect("it says where it is");
        let address = line.trim_end().rsplit(' ').next().and_then(|word| word.parse().ok());
        Door { process, address: address.unwrap_or_else(|| panic!("no address in {line:?}")) }
    }

    /// A client that just connected.
    pub fn connect(&self) -> Client {
        Client::of(TcpStream::connect(self.address).expect("the door accepts"))
    }

    /// Asks it to stop, as an operating system does; its exit code.
    pub fn terminate(&mut self) -> Option<i32> {
        let asked = Command::new("sh")
            .args(["-c", &format!("kill -TERM {}", self.process.id())])
            .status()
            .expect("there is a shell");
        assert!(asked.success());
        self.process.wait().expect("it ends").code()
    }

    /// The most memory that it ever had, in KiB.
    pub fn peak_kib(&self) -> u64 {
        let path = format!("/proc/{}/status", self.process.id());
        let status = std::fs::read_to_string(path).expect("Linux tells");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let number = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
        number.expect("a number of KiB")
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// One connection.
pub struct Client {
    pub socket: TcpStream,
}

impl Client {
    fn of(socket: TcpStream) -> Client {
        socket.set_nodelay(true).expect("a TCP socket");
        socket.set_read_timeout(Some(PATIENCE)).expect("a time that is not zero");
        socket.set_write_timeout(Some(PATIENCE)).expect("a time that is not zero");
        Client { socket }
    }

    /// Sends bytes as they are.
    pub fn send(&mut self, bytes: &[u8]) {
        self.socket.write_all(bytes).expect("the door reads");
    }

    /// Sends a command, its words between blanks.
    pub fn ask(&mut self, line: &str) {
        self.send(&request(line));
    }

    /// Reads as many bytes as are expected, and compares them.
    #[track_caller]
    pub fn expect(&mut self, expected: &[u8]) {
        let mut found = vec![0; expected.len()];
        let mut n_found = 0;
        while n_found < expected.len() {
            match self.socket.read(&mut found[n_found..]) {
                Ok(0) => break,
                Ok(n_read) => n_found += n_read,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => panic!("{error} after {:?}", shown(&found[..n_found])),
            }
        }
        assert_eq!(shown(&found[..n_found]), shown(expected));
    }

    /// Sends a command and compares the reply.
    #[track_caller]
    pub fn check(&mut self, line: &str, expected: &str) {
        self.ask(line);
        self.expect(expected.as_bytes());
    }

    /// Sends a command and reads a bulk string, or a line.
    pub fn text(&mut self, line: &str) -> String {
        self.ask(line);
        let head = self.line();
        let Some(len) = head.strip_prefix('$') else { return head };
        let mut text = vec![0; len.parse::<usize>().expect("a length") + 2];
        self.socket.read_exact(&mut text).expect("the rest of it");
        String::from_utf8_lossy(&text[..text.len() - 2]).into_owned()
    }

    /// Reads one line, without its end.
    pub fn line(&mut self) -> String {
        let mut line = Vec::new();
        let mut byte = [0];
        while !line.ends_with(b"\r\n") {
            self.socket.read_exact(&mut byte).expect("a line");
            line.push(byte[0]);
        }
        String::from_utf8_lossy(&line[..line.len() - 2]).into_owned()
    }

    /// Sees the door close the connection, with nothing more to read.
    #[track_caller]
    pub fn expect_end(&mut self) {
        let mut rest = [0; 4096];
        match self.socket.read(&mut rest) {
            Ok(0) => {}
            // The door closed while something it did not read was on its way.
            Err(error) if error.kind() == ErrorKind::ConnectionReset => {}
            Ok(n_read) => panic!("more came: {:?}", shown(&rest[..n_read])),
            Err(error) => panic!("still open: {error}"),
        }
    }

    /// Says that nothing more will be sent.
    pub fn finish(&mut self) {
        self.socket.shutdown(Shutdown::Write).expect("it was open");
    }

    /// Waits until so many clients are blocked.
    #[track_caller]
    pub fn wait_for_blocked(&mut self, n: usize) {
        self.wait_for_info("clients", &format!("blocked_clients:{n}\r\n"));
    }

    /// Waits until INFO says something.
    #[track_caller]
    pub fn wait_for_info(&mut self, section: &str, line: &str) {
        let pause = Duration::from_millis(2);
        let mut info = String::new();
        for _ in 0..PATIENCE.as_millis() / pause.as_millis() {
            info = self.text(&format!("INFO {section}"));
            if info.contains(line) {
                return;
            }
            std::thread::sleep(pause);
        }
        panic!("never {line:?}, but {info}");
    }
}

/// A command in the protocol; its words stand between blanks.
pub fn request(line: &str) -> Vec<u8> {
    let words: Vec<&[u8]> = line.split(' ').map(str::as_bytes).collect();
    request_of(&words)
}

/// The same for words of any bytes.
pub fn request_of(words: &[&[u8]]) -> Vec<u8> {
    let mut bytes = format!("*{}\r\n", words.len()).into_bytes();
    for word in words {
        bytes.extend_from_slice(format!("${}\r\n", word.len()).as_bytes());
        bytes.extend_from_slice(word);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes
}

fn shown(bytes: &[u8]) -> String {
    bytes.escape_ascii().to_string()
}
