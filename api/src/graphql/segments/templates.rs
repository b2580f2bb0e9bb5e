//! Ordinary segments to start from.

use async_graphql::{Context, Enum, Error, InputObject, Object, SimpleObject};

use super::types::Segment;
use crate::graphql::access::{ADMIN, caller};
use crate::graphql::app;
use crate::graphql::errors::{UserError, refused};
use crate::segments;

/// Ordinary segments to start from; those that exclude each other say so in their rules.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
#[graphql(remote = "segments::Template")]
pub(crate) enum SegmentTemplate {
    /// Most valuable, most growable, below zero.
    ValueGroups,
    /// Champions … prospects.
    RfmGroups,
    /// High spenders, frequent buyers, occasional shoppers, dormant, by points and purchases.
    PointsLevels,
    /// Members who went missing by their own rhythm.
    MissingMembers,
    /// Members who enrolled in the last 30 days.
    NewMembers,
    /// Members whose birthday is within the next seven days.
    BirthdaySoon,
}

/// Which segments, and what stands before their names.
#[derive(InputObject)]
pub(crate) struct TemplateInput {
    template: SegmentTemplate,
    name_prefix: Option<String>,
}

/// Segments after a change.
#[derive(SimpleObject)]
pub(crate) struct SegmentsPayload {
    segments: Vec<Segment>,
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub(crate) struct TemplateMutation;

#[Object]
impl TemplateMutation {
    /// Makes the segments of a template, all of them or none.
    #[graphql(guard = "ADMIN")]
    async fn create_segments_from_template(
        &self,
        ctx: &Context<'_>,
        input: TemplateInput,
    ) -> Result<SegmentsPayload, Error> {
        let TemplateInput { template, name_prefix } = input;
        let made = segments::from_template(app(ctx), caller(ctx)?, template.into(), name_prefix.as_deref()).await;
        let (made, user_errors) = refused(made)?;
        let segments = made.unwrap_or_default().into_iter().map(|one| Segment::new(one.segment)).collect();
        Ok(SegmentsPayload { segments, user_errors })
    }
}
