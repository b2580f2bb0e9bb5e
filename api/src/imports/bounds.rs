//! How far the text of a file is read: not beyond what it may unpack to, and not after nobody wants it any more.

use std::io::{self, Read};

use tokio_util::sync::CancellationToken;

/// The bounds of a file.
#[derive(Clone, Debug)]
pub(super) struct Bounds {
    /// Ends the reading, on whichever thread it is.
    pub(super) stop: CancellationToken,
    /// How many bytes of text the file may have, unpacked where it is packed.
    pub(super) most: u64,
}

impl Default for Bounds {
    /// None: whoever sits at the command line has chosen the file, and ends the process.
    fn default() -> Self {
        Self { stop: CancellationToken::new(), most: u64::MAX }
    }
}

/// Reads within bounds.
pub(super) struct Bounded<R> {
    inner: R,
    bounds: Bounds,
    read: u64,
}

impl<R: Read> Bounded<R> {
    pub(super) fn new(inner: R, bounds: &Bounds) -> Self {
        Self { inner, bounds: bounds.clone(), read: 0 }
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.bounds.stop.is_cancelled() {
            return Err(stopped());
        }
        let read = self.inner.read(buffer)?;
        self.read = self.read.saturating_add(u64::try_from(read).unwrap_or(u64::MAX));
        if self.read > self.bounds.most {
            return Err(io::Error::other(format!("it unpacks to more than {} bytes", self.bounds.most)));
        }
        Ok(read)
    }
}

/// What work says that was ended. Whoever ended it does not listen any more.
pub(super) fn stopped() -> io::Error {
    io::Error::other("the work was ended")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_is_read_than_may_be() {
        let read = |most| {
            let bounds = Bounds { most, ..Bounds::default() };
            let mut text = String::new();
            Bounded::new(&b"twelve bytes"[..], &bounds).read_to_string(&mut text).map(|_| text)
        };
        assert_eq!(read(12).unwrap(), "twelve bytes");
        assert_eq!(read(11).unwrap_err().to_string(), "it unpacks to more than 11 bytes");
    }

    #[test]
    fn an_endless_file_ends_when_it_is_to_end() {
        let bounds = Bounds::default();
        let mut endless = Bounded::new(io::repeat(b'x'), &bounds);
        let reading = std::thread::spawn(move || io::copy(&mut endless, &mut io::sink()));
        bounds.stop.cancel();
        assert_eq!(reading.join().unwrap().unwrap_err().to_string(), stopped().to_string());
    }
}
