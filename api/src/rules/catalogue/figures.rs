//! The figures over transactions and over points.

use super::ValueType::{Days, Money, Number, Points, Share};
use super::{Entry, NUMBER};

pub(super) fn transactions() -> Vec<Entry> {
    let figure = |name, label, description, value| Entry {
        takes_window: true,
        takes_match: true,
        ..Entry::new((name, "Transactions"), label, description, value, NUMBER)
    };
    let share =
        "The part of the purchases within the window that passes `where`, 0 to 1. Nothing without purchases there.";
    let last = "Whole days since the latest purchase. Nothing without one.";
    let first = "Whole days since the first purchase. Nothing without one.";
    let average = "Spending divided by the number of purchases. Nothing without purchases.";
    let categories = "How many different categories were bought.";
    vec![
        figure("transactions.COUNT", "Number of purchases", "Sales, less those returned whole.", Number),
        figure("transactions.SPENDING", "Spending", "Sales less returns, each on its own day.", Money),
        figure("transactions.AVERAGE_VALUE", "Average transaction value", average, Money),
        figure(
            "transactions.MAX_VALUE",
            "Largest purchase",
            "The largest single purchase. Nothing without one.",
            Money,
        ),
        figure("transactions.DAYS_SINCE_LAST", "Days since the last purchase", last, Days),
        figure("transactions.DAYS_SINCE_FIRST", "Days since the first purchase", first, Days),
        figure("transactions.SHARE_OF_COUNT", "Share of purchases", share, Share),
        figure("transactions.DISTINCT_CATEGORIES", "Number of categories", categories, Number),
    ]
}

pub(super) fn points() -> Vec<Entry> {
    let figure = |name, label, description, value| Entry {
        takes_window: true,
        ..Entry::new((name, "Points"), label, description, value, NUMBER)
    };
    let balance = "Earned less redeemed less expired, with adjustments; in a window, what changed within it.";
    let rate = "Points redeemed divided by points earned. Nothing where none were earned.";
    let first = "Days from the first earning to the first redemption. Nothing without both.";
    let last = "Whole days since anything happened to the points. Nothing where nothing did.";
    vec![
        figure("points.BALANCE", "Balance", balance, Points),
        figure("points.EARNED", "Points earned", "Points earned.", Points),
        figure("points.REDEEMED", "Points redeemed", "Points redeemed.", Points),
        figure("points.EXPIRED", "Points expired", "Points expired.", Points),
        figure("points.REDEMPTIONS", "Number of redemptions", "How often points were redeemed.", Number),
        figure("points.REDEMPTION_RATE", "Redemption rate", rate, Share),
        figure("points.DAYS_TO_FIRST_REDEMPTION", "Days to the first redemption", first, Days),
        figure("points.DAYS_SINCE_LAST_ACTIVITY", "Days since the last activity", last, Days),
    ]
}
