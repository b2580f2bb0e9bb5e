//! What the transactions must be over which a figure is asked for.

use engine::facts::ValueKind;

use super::{Entry, LABEL, LIST, NUMBER, ValueType};

pub(super) fn transactions() -> Vec<Entry> {
    let filter = |name, label, description, value, operators| {
        Entry::new((name, "Transaction filter"), label, description, value, operators)
    };
    let list =
        |name, label, description, kind| filter(name, label, description, ValueType::Text, LIST).with_values(kind);
    let label = "A label of the transaction, with any value or one that passes; `key` names it. The values are the keys. \
        Goes into `where` as `labels`.";
    let sku = "What was bought: of the matching lines alone. Goes into `where` as `skus`.";
    let brand = "The brand of what was bought: of the matching lines alone. Goes into `where` as `brands`.";
    let category = "The category of what was bought: of the matching lines alone. Goes into `where` as `categories`.";
    let channel = "How it was bought, for example in a store. Goes into `where` as `channels`.";
    let location = "Where it was bought. Goes into `where` as `locations`.";
    let amount = "The amount of the whole transaction. Goes into `where` as `amount`.";
    vec![
        list("transactions.channel", "Channel", channel, ValueKind::Channel),
        list("transactions.location", "Location", location, ValueKind::Location),
        list("transactions.sku", "Article", sku, ValueKind::Sku),
        list("transactions.brand", "Brand", brand, ValueKind::Brand),
        list("transactions.category", "Category", category, ValueKind::Category),
        filter("transactions.label", "Transaction label", label, ValueType::Label, LABEL)
            .with_values(ValueKind::TransactionLabelKey),
        filter("transactions.amount", "Amount", amount, ValueType::Money, NUMBER),
    ]
}
