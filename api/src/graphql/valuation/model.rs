//! The value model.

use async_graphql::{Object, SimpleObject};
use engine::value;
use serde_json::json;

use crate::graphql::connection::int;
use crate::graphql::scalars::DateTime;
use crate::valuation::FittedModel;

/// The fitted model behind predicted figures.
pub(crate) struct ValueModel(pub(super) FittedModel);

/// Orders of customers over the holdout.
#[derive(SimpleObject)]
pub(crate) struct HoldoutPoint {
    /// Days with an order before the holdout, the first one included; 8 stands for eight and more.
    past_orders: i32,
    /// Orders a customer that an earlier model would have predicted.
    predicted: f64,
    /// Orders a customer that came, one a day at most.
    actual: f64,
    customers: i32,
}

/// A tenth of the customers, by their chance of an order.
#[derive(SimpleObject)]
pub(crate) struct CalibrationPoint {
    /// The mean chance that an earlier model would have predicted, 0 to 1.
    predicted: f64,
    /// The share that ordered, 0 to 1.
    actual: f64,
    customers: i32,
}

fn count(customers: u64) -> i32 {
    int(i64::try_from(customers).unwrap_or(i64::MAX))
}

/// The fitted model behind predicted figures.
#[Object]
impl ValueModel {
    /// BG/NBD with Gamma-Gamma.
    async fn name(&self) -> &str {
        if self.0.model.spending.is_some() { "BG/NBD with Gamma-Gamma" } else { "BG/NBD" }
    }

    async fn fitted_at(&self) -> DateTime {
        DateTime(self.0.fitted_at)
    }

    /// The end of the day at which it looked at the customers.
    async fn as_of(&self) -> DateTime {
        DateTime(self.0.as_of)
    }

    /// Customers with a purchase.
    async fn customers(&self) -> i32 {
        count(self.0.model.customers)
    }

    /// Of those, the ones who bought on a second day.
    async fn repeat_customers(&self) -> i32 {
        count(self.0.model.repeat_customers)
    }

    /// r, alpha, a, b of the purchase model; p, q, v of the spending model; time in weeks.
    async fn parameters(&self) -> serde_json::Value {
        json!(self.0.model.parameters())
    }

    /// Of the purchase model.
    async fn log_likelihood(&self) -> f64 {
        self.0.model.log_likelihood
    }

    /// False when the data cannot tell leaving from buying rarely; chances of an order still hold.
    async fn dropout_identified(&self) -> bool {
        self.0.model.dropout_identified
    }

    /// Correlation of spending and frequency among repeat customers; the spending model needs it small.
    async fn spend_frequency_correlation(&self) -> Option<f64> {
        self.0.model.spend_frequency_correlation
    }

    /// Predicted against actual orders by number of past orders, over a holdout at the end of the data.
    async fn holdout(&self) -> Vec<HoldoutPoint> {
        let point = |point: &value::HoldoutPoint| HoldoutPoint {
            past_orders: i32::try_from(point.past_orders).unwrap_or(i32::MAX),
            predicted: point.predicted,
            actual: point.actual,
            customers: count(point.customers),
        };
        self.0.model.backtest.iter().flat_map(|test| &test.holdout).map(point).collect()
    }

    /// Predicted chance of an order against the share that ordered, by tenth.
    async fn calibration(&self) -> Vec<CalibrationPoint> {
        let point = |point: &value::CalibrationPoint| CalibrationPoint {
            predicted: point.predicted,
            actual: point.actual,
            customers: count(point.customers),
        };
        self.0.model.backtest.iter().flat_map(|test| &test.calibration).map(point).collect()
    }

    /// How long the work took, with everything that depends on the model.
    async fn duration_ms(&self) -> i32 {
        int(self.0.duration_ms)
    }
}
