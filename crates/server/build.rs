//! A migration that was added is compiled in without touching any source file.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
