//! Every figure against a slow and obvious computation over random shops.

mod missing;
mod opinions;
mod points;
mod rfm;
mod sales;
mod shop;
mod value;
