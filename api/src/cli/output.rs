//! What a command has to say, on standard output; the log goes to standard error.

use std::fmt::Display;
use std::io::{self, Write};

/// Says a line. A reader that has gone away, such as `head`, is no failure of ours.
pub(super) fn say(line: impl Display) {
    let mut output = io::stdout().lock();
    let _ = writeln!(output, "{line}").and_then(|()| output.flush());
}
