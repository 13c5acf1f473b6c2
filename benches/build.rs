//! Lets the benchmark of training find libtorch without LD_LIBRARY_PATH, as `worker/build.rs` does for the worker.

use std::env;
use std::path::Path;

fn main() {
    println!("cargo:rerun-if-env-changed=LIBTORCH");
    if let Ok(libtorch) = env::var("LIBTORCH") {
        println!("cargo:rustc-link-arg-benches=-Wl,-rpath,{}", Path::new(&libtorch).join("lib").display());
    }
}
