//! Purchases and net spending that add up.

use std::ops::Sub;

use crate::facts::PURCHASE;

/// Purchases and net spending of some transactions.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Running {
    pub(super) purchases: u32,
    /// Minor units.
    pub(super) spending: i64,
}

impl Running {
    /// With one transaction more.
    #[inline]
    pub(super) fn and(self, net: i64, flags: u8) -> Self {
        Self { purchases: self.purchases + u32::from(flags & PURCHASE), spending: self.spending + net }
    }
}

impl Sub for Running {
    type Output = Self;

    #[inline]
    fn sub(self, before: Self) -> Self {
        Self { purchases: self.purchases - before.purchases, spending: self.spending - before.spending }
    }
}
