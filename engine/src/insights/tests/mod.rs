//! Every figure against a slow and obvious computation over random shops.
