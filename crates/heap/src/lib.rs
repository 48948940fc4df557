//! Memory that was freed, given back to the machine.
//!
//! What SQLite frees, glibc keeps for the thread that had asked for it, in case it asks again; by itself it returns only what lies at the end of
//! its heaps. A server that has done an hour's work so looks ten times as large as what it has in use.
#![warn(missing_docs)]

/// Returns what is free to the machine: some milliseconds for a hundred MiB, during which threads that ask for memory may wait.
/// Does nothing where the C library is not glibc: others do this by themselves.
pub fn trim() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        #[expect(unsafe_code, reason = "no safe crate offers this call")]
        // SAFETY: malloc_trim takes a number by value and, as malloc(3) has it, may be called by any thread at any time; it touches
        // nothing that is allocated.
        let _: libc::c_int = unsafe { libc::malloc_trim(0) };
    }
}

#[cfg(all(test, target_os = "linux", target_env = "gnu"))]
mod tests {
    use std::{fs, hint::black_box, io, thread};

    /// KiB that the process has of the machine's memory, without files.
    fn resident() -> io::Result<u64> {
        let status = fs::read_to_string("/proc/self/status")?;
        let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"));
        line.and_then(|line| line.trim().strip_suffix(" kB")?.parse().ok()).ok_or_else(|| io::Error::other("no RssAnon"))
    }

    #[test]
    fn what_a_thread_freed_between_what_it_keeps_is_the_machines_again() -> io::Result<()> {
        let worker = thread::spawn(|| {
            // 64 MiB in pieces as SQLite's pages are; each hundredth stays, so that no heap ends in free memory.
            let mut pieces: Vec<Option<Box<[u8]>>> = (0..16_384).map(|_| Some(black_box(vec![1_u8; 4096].into_boxed_slice()))).collect();
            for (at, piece) in pieces.iter_mut().enumerate() {
                if at % 100 != 0 {
                    *piece = None;
                }
            }
            let before = resident()?;
            super::trim();
            let after = resident()?;
            black_box(&pieces);
            io::Result::Ok((before, after))
        });
        let (before, after) = worker.join().map_err(|_| io::Error::other("the thread died"))??;
        assert!(after + 40 * 1024 < before, "{before} KiB, then {after}");
        Ok(())
    }
}
