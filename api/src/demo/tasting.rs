//! The demo's campaign: one that is over, with a holdout, so that there is something to read.

use chrono::{Days, NaiveDate};
use entity::campaign;
use entity::ids::MemberId;
use entity::kinds::{CampaignStatus, EngagementKind};
use rust_decimal::Decimal;

use super::chance::Chance;
use super::plan::{PREFIX, SOURCE, Shop};
use super::store;
use crate::app::App;
use crate::audit::By;
use crate::campaigns::{self, Drawing, EngagementInput, NewCampaign};
use crate::error::{RefusalCode, Stop};
use crate::members::MemberRef;
use crate::segments::SegmentRef;

/// Whose members it was for.
const SEGMENT: &str = "coffee-and-tea";
/// How many days before the demo's last one it began, and after how many it was over.
const BEGAN: u64 = 60;
const LASTED: u64 = 30;
/// How likely each step is after the one before, and after how many days it comes.
const STEPS: [(EngagementKind, f64, i64); 4] = [
    (EngagementKind::Delivered, 0.97, 0),
    (EngagementKind::Opened, 0.43, 1),
    (EngagementKind::Clicked, 0.31, 2),
    (EngagementKind::Redeemed, 0.46, 5),
];
/// How many events are written at once.
const AT_ONCE: usize = 5_000;
const DAY: i64 = 86_400_000;

/// Makes the campaign, or goes on with it where an earlier try ended. Without its segment it is left out.
pub(super) async fn make(app: &App, by: By<'_>, shop: &Shop) -> Result<(), Stop> {
    let found = match store::campaign(app.db.writer()).await? {
        Some(found) => found,
        None => match campaigns::create(app, by, draft(shop)).await {
            Ok(made) => made,
            Err(Stop::Refused(why)) if why.iter().any(|one| one.code == RefusalCode::NotFound) => return Ok(()),
            Err(stop) => return Err(stop),
        },
    };
    if found.status == CampaignStatus::Draft {
        let drawing = Drawing::At(found.starts_at);
        match campaigns::start_at(app, by, found.id, drawing).await {
            // Nobody of a small shop may like coffee that much.
            Err(Stop::Refused(_)) => return Ok(()),
            outcome => outcome.map(drop)?,
        }
    }
    for events in engagement(app, shop, &found).await?.chunks(AT_ONCE) {
        campaigns::record(app, by, found.id, events.to_vec()).await?;
    }
    campaigns::end(app, by, found.id).await?;
    Ok(())
}

fn draft(shop: &Shop) -> NewCampaign {
    let before = |days: u64| shop.plan.until.checked_sub_days(Days::new(days)).unwrap_or(NaiveDate::MIN);
    let at = |days: u64| shop.zone.start_of(before(days));
    NewCampaign {
        name: "Coffee tasting".to_owned(),
        description: Some("A letter to those who like coffee and tea; every fifth of them was left alone.".to_owned()),
        offer: Some("A bag of the tasting's coffee with the next order.".to_owned()),
        segment: SegmentRef::Key(format!("{PREFIX}{SEGMENT}")),
        holdout_percent: Decimal::from(20),
        starts_at: at(BEGAN),
        ends_at: at(BEGAN - LASTED),
        cost: Decimal::from(250),
    }
}

/// What those did who were to get it.
async fn engagement(app: &App, shop: &Shop, campaign: &campaign::Model) -> Result<Vec<EngagementInput>, Stop> {
    let mut events = Vec::new();
    for (place, member) in campaigns::targeted(app, campaign.id).await?.into_iter().enumerate() {
        let mut chance = Chance::new(shop.plan.seed, u64::MAX - u64::try_from(place).unwrap_or_default());
        let did = STEPS.into_iter().take_while(|(_, likely, _)| chance.happens(*likely));
        events.extend(did.map(|(kind, _, days)| event(member, kind, campaign.starts_at + days * DAY)));
    }
    Ok(events)
}

fn event(member: MemberId, kind: EngagementKind, at: i64) -> EngagementInput {
    let document = format!("{SOURCE}-{}", kind.word().to_lowercase());
    EngagementInput { member: MemberRef::Id(member), kind, at, document }
}
