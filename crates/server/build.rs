//! What the compiled program takes in besides its sources: migrations and the built web.

use std::{env, fs};

/// The built web, as `src/http/web.rs` names it.
const WEB: &str = "../../web/dist";

fn main() -> std::io::Result<()> {
    // A migration that was added is compiled in without touching any source file.
    println!("cargo:rerun-if-changed=migrations");
    // A development build reads the web from this folder when it is asked, but only if the folder was there when it was
    // compiled: otherwise its path is not canonical and every file seems to lie outside.
    fs::create_dir_all(WEB)?;
    // An installed binary carries the web, so a new web is a new binary.
    if env::var("PROFILE").as_deref() == Ok("release") {
        println!("cargo:rerun-if-changed={WEB}");
    }
    Ok(())
}
