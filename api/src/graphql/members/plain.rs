//! The plain fields of members and of their figures.

use async_graphql::parser::types::Field;
use async_graphql::{ScalarType, Value};
use engine::money::{quotient, share_of};

use super::metrics::MemberMetrics;
use super::types::Member;
use crate::global_id::GlobalId;
use crate::graphql::connection::int;
use crate::graphql::plain::{Plain, maybe, or_null, text};
use crate::graphql::program::money::Money;
use crate::graphql::scalars::{BigInt, DateTime};
use crate::program::Program;

impl Plain for Member {
    fn plain(&self, program: &Program, field: &Field) -> Option<Value> {
        let member = &self.row().member;
        Some(match field.name.node.as_str() {
            "id" => text(GlobalId::Member(member.id).text()),
            "number" => text(&member.number),
            "enrolled" => member.enrolled_at.is_some().into(),
            "enrolledAt" => or_null(member.enrolled_at, instant),
            "firstName" => maybe(member.first_name.as_deref()),
            "lastName" => maybe(member.last_name.as_deref()),
            "email" => maybe(member.email.as_deref()),
            "phone" => maybe(member.phone.as_deref()),
            "gender" => maybe(member.gender.as_deref()),
            "birthDate" => maybe(member.birth_date.as_deref()),
            "country" => maybe(member.country.as_deref()),
            "region" => maybe(member.region.as_deref()),
            "city" => maybe(member.city.as_deref()),
            "postalCode" => maybe(member.postal_code.as_deref()),
            "street" => maybe(member.street.as_deref()),
            "tier" => maybe(member.tier.as_deref()),
            "marketingConsent" => member.marketing_consent.into(),
            "erasedAt" => or_null(member.erased_at, instant),
            "createdAt" => instant(member.created_at),
            "metrics" => return MemberMetrics(self.row().clone()).object(program, &field.selection_set.node.items),
            _ => return None,
        })
    }
}

impl Plain for MemberMetrics {
    fn plain(&self, program: &Program, field: &Field) -> Option<Value> {
        let metrics = &self.0.metrics;
        let money = |minor: i64| Money::plain(program, minor, &field.selection_set.node.items);
        let points = |points: i64| BigInt(points).to_value();
        Some(match field.name.node.as_str() {
            "transactions" => int(metrics.transactions).into(),
            "spending" => return money(metrics.spending),
            "averageTransactionValue" => match quotient(metrics.spending.into(), metrics.transactions.into()) {
                Some(average) => return money(average),
                None => Value::Null,
            },
            "spendingLast12Months" => return money(metrics.spending_12m),
            "firstPurchaseAt" => or_null(metrics.first_purchase_at, instant),
            "lastPurchaseAt" => or_null(metrics.last_purchase_at, instant),
            "pointsBalance" => points(metrics.points_balance),
            "pointsEarned" => points(metrics.points_earned),
            "pointsRedeemed" => points(metrics.points_redeemed),
            "historicClv" => {
                let value = share_of(metrics.spending, program.gross_margin, 1);
                return money(value.unwrap_or(metrics.spending));
            }
            _ => return None,
        })
    }
}

fn instant(millis: i64) -> Value {
    DateTime(millis).to_value()
}
