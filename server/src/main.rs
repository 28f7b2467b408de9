//! `streamlanes-server`: see `--help`.

use std::os::unix::ffi::OsStringExt;
use std::process::ExitCode;

use streamlanes_server::listen::serve;
use streamlanes_server::options::{Asked, HELP, parse};

fn main() -> ExitCode {
    let password = std::env::var_os("STREAMLANES_PASSWORD").map(OsStringExt::into_vec);
    let options = match parse(std::env::args_os().skip(1), password) {
        Ok(Asked::Serve(options)) => options,
        Ok(Asked::Help) => {
            print!("{HELP}");
            return ExitCode::SUCCESS;
        }
        Ok(Asked::Version) => {
            println!("streamlanes-server {}", env!("CARGO_PKG_VERSION"));
            return ExitCode::SUCCESS;
        }
        Err(message) => {
            eprintln!("streamlanes-server: {message}");
            return ExitCode::from(2);
        }
    };
    exit_on_panic();
    let profile = options.profile;
    let place = format!("{}:{}", options.bind, options.port);
    let served = serve(options, |address| println!("Serving profile {profile} on {address}"));
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("streamlanes-server: cannot serve on {place}: {error}");
            ExitCode::FAILURE
        }
    }
}

/// A defect that shows as a panic may have left the data half changed, so nothing more is answered.
fn exit_on_panic() {
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        report(info);
        std::process::exit(101);
    }));
}
