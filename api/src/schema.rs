//! The schema, composed once.

use std::sync::Arc;

use async_graphql::SDLExportOptions;

use crate::app::App;
use crate::graphql::{Mutation, PartnerView, Query, Subscription};

/// The served schema.
pub type Schema = async_graphql::Schema<Query, Mutation, Subscription>;

/// The schema over an application.
pub fn build(app: &Arc<App>) -> Schema {
    limited().data(app.clone()).finish()
}

/// The same as partners see it: their own things alone.
pub fn build_for_partners(app: &Arc<App>) -> Schema {
    limited().extension(PartnerView).data(app.clone()).finish()
}

/// The schema as text, the same each time: what `schema.graphql` holds.
pub fn sdl() -> String {
    let options = SDLExportOptions::new();
    limited().finish().sdl_with_options(options)
}

/// The limits that need the schema; all others are the document guard's, before the schema sees a document.
fn limited() -> async_graphql::SchemaBuilder<Query, Mutation, Subscription> {
    async_graphql::Schema::build(Query::default(), Mutation::default(), Subscription::default())
        .limit_depth(15)
        .limit_recursive_depth(32)
        .disable_suggestions()
}
