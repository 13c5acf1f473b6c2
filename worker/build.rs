//! Builds the C++ shim against the libtorch that `torch-sys` found, and writes its folder into the program.

use std::env;
use std::path::PathBuf;

fn main() {
    println!("cargo:rerun-if-changed=shim.cpp");
    // Handed over by torch-sys, which is a direct dependency for this reason.
    println!("cargo:rerun-if-env-changed=DEP_TCH_LIBTORCH_LIB");
    let Ok(lib) = env::var("DEP_TCH_LIBTORCH_LIB").map(PathBuf::from) else {
        panic!("libtorch was not found; run `make setup`, or set LIBTORCH to a libtorch 2.11.0");
    };
    let include = match env::var("LIBTORCH_INCLUDE") {
        Ok(folder) => PathBuf::from(folder).join("include"),
        Err(_) => lib.with_file_name("include"),
    };
    cc::Build::new()
        .cpp(true)
        .std("c++17")
        .include(&include)
        .include(include.join("torch/csrc/api/include"))
        .define("_GLIBCXX_USE_CXX11_ABI", "1")
        .warnings(false) // libtorch's own headers warn
        .file("shim.cpp")
        .compile("renas_shim");
    println!("cargo:rustc-link-search=native={}", lib.display());
    println!("cargo:rustc-link-lib=torch_cpu");
    println!("cargo:rustc-link-lib=c10");
    // The program and its tests find libtorch without LD_LIBRARY_PATH.
    println!("cargo:rustc-link-arg=-Wl,-rpath,{}", lib.display());
    println!("cargo:rustc-env=RENAS_LIBTORCH_LIB={}", lib.display());
}
