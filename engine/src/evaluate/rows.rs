//! Some rows of a block: a bit each.

use std::iter::from_fn;
use std::ops::{BitAnd, BitOr, Sub};

/// So many rows are decided together: few enough for what is found for them to stay in the innermost cache.
pub(super) const BLOCK: usize = 64;

/// Rows of a block, counted from its first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Rows(u64);

impl Rows {
    pub(super) const NONE: Self = Self(0);

    /// The first so many.
    pub(super) fn first(count: usize) -> Self {
        Self(if count >= BLOCK { u64::MAX } else { (1 << count) - 1 })
    }

    pub(super) fn only(row: usize) -> Self {
        Self(1 << row)
    }

    pub(super) fn is_empty(self) -> bool {
        self == Self::NONE
    }

    #[inline]
    pub(super) fn has(self, row: usize) -> bool {
        self.0 >> row & 1 == 1
    }

    /// The rows, rising.
    #[inline]
    pub(super) fn iter(self) -> impl Iterator<Item = usize> {
        let Self(mut left) = self;
        from_fn(move || {
            let row = left.trailing_zeros() as usize;
            (left != 0).then(|| {
                left &= left - 1;
                row
            })
        })
    }

    /// Those of them that pass.
    #[inline]
    pub(super) fn filter(self, mut passes: impl FnMut(usize) -> bool) -> Self {
        Self(self.iter().fold(0, |kept, row| kept | u64::from(passes(row)) << row))
    }
}

impl BitAnd for Rows {
    type Output = Self;

    fn bitand(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

impl BitOr for Rows {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl Sub for Rows {
    type Output = Self;

    /// Those of one that are not among the others.
    fn sub(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_those_that_were_put_in() {
        for count in [0, 1, 31, 63, 64] {
            let all = Rows::first(count);
            assert_eq!(all.iter().collect::<Vec<_>>(), (0..count).collect::<Vec<_>>());
            let third = all.filter(|row| row % 3 == 0);
            assert_eq!(third.iter().collect::<Vec<_>>(), (0..count).step_by(3).collect::<Vec<_>>());
            assert_eq!((third | (all - third), third & (all - third), third.is_empty()), (all, Rows::NONE, count == 0));
            assert!((0..BLOCK).all(|row| third.has(row) == (row < count && row % 3 == 0)));
            assert!(all.iter().all(|row| Rows::only(row).iter().eq([row])));
        }
    }
}
