//! Lines on their way through the sorts, in memory or in a file.

use std::io::{self, ErrorKind, Read, Write};

use csv::ByteRecord;

use super::row::Wrong;

/// A line of a file, with what the sorts need to know of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// Which group it belongs to, once the groups are known.
    pub(super) group: u64,
    /// Where in the file.
    pub(super) line: u64,
    /// The length of the key at the beginning of `bytes`.
    key: u32,
    /// The key, and behind it the content.
    bytes: Box<[u8]>,
}

/// What a line holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// The cells that are read.
    Cells(ByteRecord),
    /// Nothing that could be read.
    Wrong(Wrong),
}

const CELLS: u8 = 0;
const WRONG: u8 = 1;
/// No line is longer: a row has at most 1 MiB, and every cell four bytes besides.
const LONGEST: u32 = 16 * 1024 * 1024;

impl Line {
    /// A line with the cells that are read of a row.
    pub(super) fn of_cells<'a>(line: u64, key: &[u8], cells: impl Iterator<Item = &'a [u8]>) -> io::Result<Self> {
        let mut bytes = Vec::with_capacity(256);
        bytes.extend_from_slice(key);
        bytes.push(CELLS);
        for cell in cells {
            put(&mut bytes, cell)?;
        }
        Ok(Self { group: 0, line, key: length(key)?, bytes: bytes.into_boxed_slice() })
    }

    /// A line that cannot be read.
    pub(super) fn of_wrong(line: u64, key: &[u8], wrong: &Wrong) -> io::Result<Self> {
        let mut bytes = key.to_vec();
        bytes.push(WRONG);
        put(&mut bytes, wrong.field.as_bytes())?;
        put(&mut bytes, wrong.reason.as_bytes())?;
        Ok(Self { group: 0, line, key: length(key)?, bytes: bytes.into_boxed_slice() })
    }

    /// The line in a group.
    pub(super) fn in_group(self, group: u64) -> Self {
        Self { group, ..self }
    }

    /// What says that lines belong together; lines with an empty key belong to none.
    pub(super) fn key(&self) -> &[u8] {
        self.split().0
    }

    /// What the line holds.
    pub(super) fn content(&self) -> io::Result<Content> {
        let (tag, mut rest) = self.split().1.split_first().ok_or(ErrorKind::InvalidData)?;
        let mut cells = ByteRecord::new();
        while let Some((size, behind)) = rest.split_first_chunk() {
            let size = usize::try_from(u32::from_le_bytes(*size)).unwrap_or(usize::MAX);
            let (cell, behind) = behind.split_at_checked(size).ok_or(ErrorKind::InvalidData)?;
            cells.push_field(cell);
            rest = behind;
        }
        if *tag == CELLS {
            return Ok(Content::Cells(cells));
        }
        let text = |place: usize| String::from_utf8_lossy(cells.get(place).unwrap_or_default()).into_owned();
        Ok(Content::Wrong(Wrong { field: text(0), reason: text(1) }))
    }

    fn split(&self) -> (&[u8], &[u8]) {
        let key = usize::try_from(self.key).unwrap_or(usize::MAX);
        self.bytes.split_at_checked(key).unwrap_or_default()
    }

    /// About how many bytes of memory it takes.
    pub(super) fn weight(&self) -> usize {
        size_of::<Self>() + self.bytes.len() + 16
    }

    /// Puts it into a file.
    pub(super) fn encode(&self, writer: &mut impl Write) -> io::Result<()> {
        writer.write_all(&self.group.to_le_bytes())?;
        writer.write_all(&self.line.to_le_bytes())?;
        writer.write_all(&self.key.to_le_bytes())?;
        writer.write_all(&length(&self.bytes)?.to_le_bytes())?;
        writer.write_all(&self.bytes)
    }

    /// Takes it from a file.
    pub(super) fn decode(reader: &mut impl Read) -> io::Result<Self> {
        let group = u64::from_le_bytes(chunk(reader)?);
        let line = u64::from_le_bytes(chunk(reader)?);
        let key = u32::from_le_bytes(chunk(reader)?);
        let size = u32::from_le_bytes(chunk(reader)?);
        if key > size || size > LONGEST {
            return Err(ErrorKind::InvalidData.into());
        }
        let mut bytes = vec![0; usize::try_from(size).unwrap_or_default()];
        reader.read_exact(&mut bytes)?;
        Ok(Self { group, line, key, bytes: bytes.into_boxed_slice() })
    }
}

fn chunk<const N: usize>(reader: &mut impl Read) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    reader.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn put(bytes: &mut Vec<u8>, cell: &[u8]) -> io::Result<()> {
    bytes.extend_from_slice(&length(cell)?.to_le_bytes());
    bytes.extend_from_slice(cell);
    Ok(())
}

fn length(bytes: &[u8]) -> io::Result<u32> {
    let length = u32::try_from(bytes.len()).ok().filter(|length| *length <= LONGEST);
    length.ok_or_else(|| io::Error::new(ErrorKind::InvalidData, "a row is too long"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comes_back_as_it_went() {
        let cells = [&b"536365"[..], b"", b"a,\"b\n"];
        let wrong = Wrong::new("sku", "must not be blank");
        let lines = [
            Line { group: 9, ..Line::of_cells(7, b"pos\0 536365", cells.into_iter()).unwrap() },
            Line::of_wrong(u64::MAX, b"", &wrong).unwrap(),
        ];
        let mut disk = Vec::new();
        lines.iter().for_each(|line| line.encode(&mut disk).unwrap());
        let mut disk = disk.as_slice();
        let read: Vec<Line> = (0..2).map(|_| Line::decode(&mut disk).unwrap()).collect();
        assert_eq!(read, lines);
        assert_eq!((read[0].key(), read[1].key()), (&b"pos\0 536365"[..], &b""[..]));
        assert_eq!(read[0].content().unwrap(), Content::Cells(ByteRecord::from(cells.to_vec())));
        assert_eq!(read[1].content().unwrap(), Content::Wrong(wrong));
        assert_eq!(Line::decode(&mut disk).unwrap_err().kind(), ErrorKind::UnexpectedEof);
        assert_eq!(Line::decode(&mut &[0xff; 64][..]).unwrap_err().kind(), ErrorKind::InvalidData);
    }
}
