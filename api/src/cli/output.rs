//! What a command has to say, on standard output; the log goes to standard error.

use std::io::{self, Write};

/// Says a line. A reader that has gone away, such as `head`, is no failure of ours.
pub(super) fn say(line: impl AsRef<str>) {
    let mut output = io::stdout().lock();
    let _ = writeln!(output, "{}", line.as_ref()).and_then(|()| output.flush());
}
