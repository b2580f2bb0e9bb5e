//! The figures over transactions and over points, and what members are worth.

use super::ValueType::{Days, Money, Number, Points, Share, Word};
use super::{Entry, LIST, NUMBER};

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

pub(super) fn values() -> Vec<Entry> {
    let figure =
        |name, label, description, value, operators| Entry::new((name, "Value"), label, description, value, operators);
    let historic = "Net spending over all time × gross margin.";
    let predicted =
        "What the next 12 months are predicted to bring, discounted. Nothing while there is no value model.";
    let chance = "The chance of an order within the next 90 days. Nothing while there is no value model.";
    let orders = "Orders to expect in the next 365 days. Nothing while there is no value model.";
    let rfm = "By recency, frequency and monetary value, last night: CHAMPIONS, LOYAL, ACTIVE, NEW, PROMISING, \
        NEEDS_ATTENTION, ALMOST_LOST, PREVIOUSLY_LOYAL, AT_RISK, DORMANT or PROSPECTS.";
    let value = "By what the member is worth, last night: MOST_VALUABLE, MOST_GROWABLE, MAINTAIN or BELOW_ZERO.";
    let presence = "By twice the member's own rhythm, last night: PRESENT, MISSING or INSUFFICIENT_HISTORY.";
    vec![
        figure("value.historicClv", "Historic lifetime value", historic, Money, NUMBER),
        figure("value.predictedClv", "Predicted value", predicted, Money, NUMBER),
        figure("value.orderProbability90Days", "Chance of an order", chance, Share, NUMBER),
        figure("value.expectedOrders", "Orders to expect", orders, Number, NUMBER),
        figure("value.rfmGroup", "RFM group", rfm, Word, LIST),
        figure("value.valueGroup", "Value group", value, Word, LIST),
        figure("value.presence", "Presence", presence, Word, LIST),
    ]
}
