//! GraphiQL's files are made by npm and embedded by rust-embed; without them the build stops with a sentence instead of a
//! macro's message.

use std::path::Path;

fn main() {
    println!("cargo::rerun-if-changed=graphiql/dist");
    if !Path::new("graphiql/dist/index.html").is_file() {
        println!(
            "cargo::error=GraphiQL is not built yet, and the server serves its files itself: run `make graphiql` first."
        );
    }
}
