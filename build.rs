//! Tells cargo when the front ends were built anew: a release embeds them. Other profiles read them from their folders
//! while they run, so there is nothing to watch.

#![expect(clippy::disallowed_methods, reason = "this is how cargo talks with a build script")]

use std::env;
use std::fs;
use std::path::Path;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    if env::var("PROFILE").as_deref() != Ok("release") {
        return;
    }
    for folder in ["widget/dist", "console/dist"] {
        // A folder that is not there would count as changed at every build.
        if Path::new(folder).is_dir() || fs::create_dir_all(folder).is_ok() {
            println!("cargo:rerun-if-changed={folder}");
        }
    }
}
