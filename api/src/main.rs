//! The program; everything is in the library.

use std::process::ExitCode;

/// Faster than the system's allocator where many threads allocate many small things, as a GraphQL server does.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    tessera::cli::main()
}
