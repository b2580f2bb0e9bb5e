//! Campaigns: their draw, their sums against a slow model, their results worked out by hand and by simulation.

mod drawing;
mod hand;
mod model;
mod simulated;

use rust_decimal::Decimal;

use super::{Arm, Terms};

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

/// One in ten held out, drawn before the start, over, for 100.00 at a margin of a half.
fn terms() -> Terms {
    Terms {
        holdout_percent: decimal("10"),
        is_drawn: true,
        days_to_come: 0,
        staying_to_come: 0,
        cost: 10_000,
        // No more than there are: nobody was erased.
        drawn_targets: 0,
        gross_margin: decimal("0.5"),
        digits: 2,
    }
}

/// A side of members with their spending and their purchases.
fn arm(members: impl IntoIterator<Item = (i64, i64)>) -> Arm {
    let mut arm = Arm::default();
    members.into_iter().for_each(|(spending, purchases)| {
        arm.push(spending, purchases, spending != 0 || purchases != 0, false);
    });
    arm
}
