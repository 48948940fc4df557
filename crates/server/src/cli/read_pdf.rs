//! Reading a PDF in a process of its own: what is wrong with the file ends this process and nothing else.

use std::{
    io::{Read as _, Write as _},
    process::ExitCode,
};

use crate::search::LONGEST;

/// Memory of this process at most, and processor time.
#[cfg(target_os = "linux")]
const MEMORY: u64 = 1 << 30;
#[cfg(target_os = "linux")]
const SECONDS: u64 = 30;

/// Prints the words of the PDF that comes as input; fails where there are none to be had.
pub(super) fn run() -> ExitCode {
    keep_within_bounds();
    // Whatever it says of a file is of no use to anybody.
    std::panic::set_hook(Box::new(|_| {}));
    let mut bytes = Vec::new();
    if std::io::stdin().read_to_end(&mut bytes).is_err() {
        return ExitCode::FAILURE;
    }
    match pdftext::text(&bytes, LONGEST) {
        Some(text) if std::io::stdout().write_all(text.as_bytes()).is_ok() => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}

fn keep_within_bounds() {
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{Resource, Rlimit, setrlimit};
        let most = |n| Rlimit { current: Some(n), maximum: Some(n) };
        for (what, n) in [(Resource::As, MEMORY), (Resource::Cpu, SECONDS), (Resource::Fsize, 0), (Resource::Core, 0)] {
            // Without a bound it would still be another process; the server's own patience ends it.
            let _ = setrlimit(what, most(n));
        }
    }
}
