//! The plain fields of segments and of the members of one.

use async_graphql::parser::types::Field;
use async_graphql::resolver_utils::{EnumType, enum_value};
use async_graphql::{ScalarType, Value};

use super::kind::SegmentKind;
use super::members::SegmentMemberEdge;
use super::types::Segment;
use crate::global_id::GlobalId;
use crate::graphql::connection::int;
use crate::graphql::plain::{Plain, maybe, or_null, text};
use crate::graphql::program::money::Money;
use crate::graphql::scalars::DateTime;
use crate::program::Program;

impl Plain for Segment {
    fn plain(&self, program: &Program, field: &Field) -> Option<Value> {
        let (segment, stats) = (&self.row().segment, &self.row().stats);
        let instant = |millis: i64| DateTime(millis).to_value();
        let money = |minor: Option<i64>| match minor {
            Some(minor) => Money::plain(program, minor, &field.selection_set.node.items),
            None => Some(Value::Null),
        };
        Some(match field.name.node.as_str() {
            "id" => text(GlobalId::Segment(segment.id).text()),
            "key" => text(&segment.key),
            "name" => text(&segment.name),
            "description" => maybe(segment.description.as_deref()),
            "kind" => word(SegmentKind::from(segment.kind)),
            "active" => segment.active.into(),
            "frozenAt" => or_null(segment.frozen_at, instant),
            "version" => int(segment.version).into(),
            "createdAt" => instant(segment.created_at),
            "createdBy" => maybe(segment.created_by.as_deref()),
            "updatedAt" => instant(segment.updated_at),
            "memberCount" => int(stats.members).into(),
            "reachableCount" => int(stats.reachable).into(),
            "averageTransactionValue" => return money(stats.average_transaction_value),
            "averageTransactions" => or_null(stats.average_transactions, Value::from),
            "averageSpending" => return money(stats.average_spending),
            "averageClv" => return money(stats.average_clv),
            "averagePredictedClv" => return money(stats.average_predicted_clv()),
            "statsAt" => instant(stats.stats_at),
            _ => return None,
        })
    }
}

impl Plain for SegmentMemberEdge {
    fn plain(&self, program: &Program, field: &Field) -> Option<Value> {
        Some(match field.name.node.as_str() {
            "cursor" => text(self.cursor.text()),
            "joinedAt" => DateTime(self.joined_at).to_value(),
            "node" => return self.node.object(program, &field.selection_set.node.items),
            "via" => word(super::members::MembershipVia::from(self.via)),
            _ => return None,
        })
    }
}

fn word<E: EnumType>(value: E) -> Value {
    enum_value(value)
}
