//! What a reader of the model must know, in sentences.

use super::model::ValueModel;
use super::spending_fit::NoSpending;
use super::unfitted::Unfitted;

/// Beyond this correlation predicted spending is rough: the spending model takes it to be none.
const LARGE_CORRELATION: f64 = 0.3;
/// Beyond these ratios of the modelled to the observed mean spending the latter is that of a few large customers.
const MEAN_RATIOS: std::ops::RangeInclusive<f64> = 0.5..=2.0;
/// With fewer customers who came back all figures are rough.
const FEW_REPEAT_CUSTOMERS: u64 = 30;

/// `backtest` says whether there was a holdout, and if so, why it could not be used.
pub(super) fn notes(
    model: &ValueModel,
    no_spending: Option<NoSpending>,
    backtest: Option<Option<Unfitted>>,
) -> Vec<String> {
    let mut notes = Vec::new();
    if model.repeat_customers < FEW_REPEAT_CUSTOMERS {
        notes.push(format!(
            "Only {} of the customers came back, so that all predictions are rough.",
            model.repeat_customers
        ));
    }
    if !model.dropout_identified {
        notes.push(
            "The data cannot tell customers who left from customers who buy rarely; chances of an order still hold."
                .to_owned(),
        );
    }
    if let Some(why) = no_spending {
        notes.push(format!("{why} No values are predicted."));
    }
    let without = model.spending.map_or(0, |spending| model.repeat_customers - spending.customers);
    if without > 0 {
        notes.push(format!(
            "The spending model leaves out {without} of the customers who came back, whose repeats were worth nothing."
        ));
    }
    if model.spending.is_some_and(|spending| !MEAN_RATIOS.contains(&(spending.model.mean() / spending.observed_mean))) {
        notes.push(
            "The mean spending by the model is far from the observed one, so that values of those who bought once are rough."
                .to_owned(),
        );
    }
    if let Some(correlation) = model.spend_frequency_correlation.filter(|found| found.abs() > LARGE_CORRELATION) {
        let kind = if correlation > 0.0 { "more" } else { "less" };
        notes.push(format!(
            "Customers who buy more often spend {kind} each time (correlation {correlation:.2}), so that predicted \
             values are rough."
        ));
    }
    match backtest {
        None => notes.push("The data are too young for a holdout.".to_owned()),
        Some(Some(why)) => notes.push(format!("There is no holdout. At its beginning: {why}")),
        Some(None) => {}
    }
    notes
}
