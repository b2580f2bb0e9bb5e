//! The database's history, one change a file. A migration is frozen in time: it names no entity.

// async_trait needs the trait's own spelling of its lifetimes.
#![allow(elided_lifetimes_in_paths)]

use sea_orm_migration::prelude::*;

pub use sea_orm_migration::MigratorTrait;

mod ddl;
mod m0001_program_and_people;
mod m0002_members;
mod m0003_transactions_and_points;
mod m0004_segments;
mod m0005_imports;
mod m0006_audit;
mod m0007_jobs;
mod m0008_history;
mod m0009_downloads;
mod m0010_feedback;
mod m0011_rules;
mod m0012_partners;
mod m0013_webhooks;
mod m0014_uploads;
mod m0015_privacy;
mod m0016_uploads_touched;
mod m0017_campaigns;
mod m0018_value_model;
mod m0019_unnamed_sales;
mod m0020_value_model_seen;
mod m0021_campaign_engagement;

/// All changes in order.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_program_and_people::Migration),
            Box::new(m0002_members::Migration),
            Box::new(m0003_transactions_and_points::Migration),
            Box::new(m0004_segments::Migration),
            Box::new(m0005_imports::Migration),
            Box::new(m0006_audit::Migration),
            Box::new(m0007_jobs::Migration),
            Box::new(m0008_history::Migration),
            Box::new(m0009_downloads::Migration),
            Box::new(m0010_feedback::Migration),
            Box::new(m0011_rules::Migration),
            Box::new(m0012_partners::Migration),
            Box::new(m0013_webhooks::Migration),
            Box::new(m0014_uploads::Migration),
            Box::new(m0015_privacy::Migration),
            Box::new(m0016_uploads_touched::Migration),
            Box::new(m0017_campaigns::Migration),
            Box::new(m0018_value_model::Migration),
            Box::new(m0019_unnamed_sales::Migration),
            Box::new(m0020_value_model_seen::Migration),
            Box::new(m0021_campaign_engagement::Migration),
        ]
    }
}
