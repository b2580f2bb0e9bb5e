//! The demo's segments: a few lists of the kind that people make by hand, those that live by rules, and its campaign.

use chrono::{Days, NaiveDate};
use entity::ids::{SessionId, UserId};
use entity::kinds::Role;

use super::goods::KINDS;
use super::plan::{PREFIX, SOURCE, Shop};
use super::store::{self, Pick};
use super::{rules, tasting};
use crate::app::App;
use crate::auth::Caller;
use crate::error::{RefusalCode, Stop};
use crate::members::MemberRef;
use crate::segments::{self, NewSegment};

/// A segment of the demo.
struct List {
    key: &'static str,
    name: String,
    description: &'static str,
    tags: &'static [&'static str],
    /// Who belongs, and at most how many for each thousand customers; nobody: the segment is inactive.
    who: Option<(Pick, u32)>,
}

/// Makes the segments. One whose name or key is taken by another is left out.
pub(super) async fn make(app: &App, shop: &Shop) -> Result<(), Stop> {
    // Nobody signs in under this name, because it is no e-mail address.
    let caller =
        Caller { user: UserId(0), email: SOURCE.to_owned(), role: Role::Admin, session: SessionId(0), address: None };
    for list in lists(shop) {
        let members = match &list.who {
            Some((pick, most)) => {
                let most = (shop.plan.members.saturating_mul(*most) / 1000).clamp(1, 5_000);
                store::pick(app.db.writer(), pick, most).await?
            }
            None => Vec::new(),
        };
        let new = NewSegment {
            rule: None,
            name: list.name,
            key: Some(format!("{PREFIX}{}", list.key)),
            description: Some(list.description.to_owned()),
            tags: list.tags.iter().map(|tag| (*tag).to_owned()).collect(),
            active: list.who.is_some(),
            members: members.into_iter().map(MemberRef::Id).collect(),
        };
        match segments::create(app, &caller, new).await {
            Err(Stop::Refused(why)) if why.iter().all(|one| one.code == RefusalCode::Taken) => {}
            Err(stop) => return Err(stop),
            Ok(_) => {}
        }
    }
    rules::make(app, &caller).await?;
    tasting::make(app, caller.by(), shop).await
}

fn lists(shop: &Shop) -> Vec<List> {
    let until = shop.plan.until;
    let before = |days: u64| until.checked_sub_days(Days::new(days)).unwrap_or(NaiveDate::MIN);
    let spring = shop.rhythm.latest_promotion("Spring campaign").unwrap_or_else(|| "Spring campaign".to_owned());
    let coffee = KINDS.iter().find(|kind| kind.name.starts_with("Coffee")).map_or("", |kind| kind.name);
    vec![
        List {
            key: "spring-campaign",
            description: "Everyone who bought with the spring campaign's discount.",
            tags: &["campaign", "spring"],
            who: Some((Pick::Promotion(spring.clone()), 250)),
            name: spring,
        },
        List {
            key: "vip-by-hand",
            name: "VIP by hand".to_owned(),
            description: "Chosen by the shop managers: they get a call before every sale.",
            tags: &["vip", "service"],
            who: Some((Pick::Spenders, 8)),
        },
        List {
            key: "newsletter-test",
            name: "Newsletter test".to_owned(),
            description: "Gets the new layout of the newsletter first.",
            tags: &["newsletter", "test"],
            who: Some((Pick::Tenth, 250)),
        },
        List {
            key: "store-opening-krakow",
            name: "Store opening Kraków".to_owned(),
            description: "People in Kraków whom we may write to, invited to the opening of the shop in Podgórze.",
            tags: &["event", "Kraków"],
            who: Some((Pick::City("kraków"), 250)),
        },
        List {
            key: "coffee-and-tea",
            name: "Coffee and tea lovers".to_owned(),
            description: "Bought coffee or tea at least three times. Asked to the tasting in October.",
            tags: &["event", "category"],
            who: Some((Pick::Lovers(coffee), 250)),
        },
        List {
            key: "win-back",
            name: "Win back: the silent ones".to_owned(),
            description: "Came regularly and did not buy for half a year. One letter with a voucher, then no more.",
            tags: &["campaign", "win back"],
            who: Some((Pick::Silent(shop.zone.start_of(before(180))), 60)),
        },
        List {
            key: "early-access",
            name: "Early access to Black Friday".to_owned(),
            description: "Gold and Platinum members: the offers a day earlier than for everybody else.",
            tags: &["campaign", "vip"],
            who: Some((Pick::Tiers(["Gold", "Platinum"]), 250)),
        },
        List {
            key: "app-pilot",
            name: "Pilot of the app".to_owned(),
            description: "The testers of the first version. The pilot has ended.",
            tags: &["app", "test"],
            who: None,
        },
    ]
}
