//! What customers will buy: the models of purchases and of spending, fitted to histories, checked against what came, and
//! asked about every customer.
//!
//! A [`Sample`] is gathered from facts, part by part, and merged; [`ValueModel::fit`] makes a model of it; a [`Predictor`]
//! asks the model about customers.

mod counts;
mod expected;
mod history;
mod holdout;
mod likelihood;
mod model;
mod newton;
mod notes;
mod predict;
mod purchase;
mod purchase_fit;
mod quadrature;
mod sample;
mod spending;
mod spending_fit;
#[cfg(test)]
mod tests;
mod trigamma;
mod unfitted;

pub use history::{Customer, History, Past, customer};
pub use holdout::{Backtest, CalibrationPoint, Holdout, HoldoutPoint};
pub use model::{FittedSpending, ValueModel};
pub use predict::{Prediction, Predictor, Terms};
pub use purchase::PurchaseModel;
pub use sample::Sample;
pub use spending::SpendingModel;
pub use unfitted::Unfitted;
