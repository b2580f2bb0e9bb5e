//! What came of campaigns, and what the nightly analyses found: seen for one member, and gathered table by table.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::member::{Document, Member, Part};
use super::{day, facts};
use crate::calendar::day_number;
use crate::evaluate::{Known, Moment, Observed, Outcome, Unit, explain};
use crate::facts::{Dictionary, Facts, Gathering, Valuation};
use crate::groups::{CampaignOutcome, RfmGroup};
use crate::ledger::Direction;
use crate::rules::{Rule, SegmentName, parse};

fn rule(json: &Value) -> Rule<i64> {
    let segment = &mut |_: &SegmentName| Err(());
    parse(json).unwrap().try_map(segment, &mut |campaign| campaign.parse().map_err(|_| ())).unwrap()
}

fn seen<'r>(rule: &'r Rule<i64>, member: &Member, margin: &str) -> Outcome<'r> {
    let mut dictionary = Dictionary::default();
    let facts = facts(std::slice::from_ref(member), &mut dictionary);
    let moment = Moment { today: day("2026-06-30"), digits: 2, gross_margin: margin.parse().unwrap() };
    let days = day_number(day("2026-05-01"))..=day_number(day("2026-05-31"));
    let known = Known { campaigns: HashMap::from([(7, days)]), ..Known::default() };
    explain(rule, &facts, 0, &known, &moment, &dictionary).remove(0)
}

fn sale(id: i64, day: NaiveDate, amount: i64, returned: &[i64]) -> Document {
    Document {
        id,
        day,
        direction: Direction::Sale,
        amount,
        returned: returned.to_vec(),
        channel: None,
        location: None,
        labels: Vec::new(),
        lines: Vec::new(),
    }
}

fn buyer(campaign: i64, held_out: bool, engaged: bool) -> Member {
    let sales = [
        sale(11, day("2026-04-30"), 1_000, &[]),
        sale(12, day("2026-05-01"), 2_000, &[]),
        sale(13, day("2026-05-20"), 3_000, &[3_000]),
        sale(14, day("2026-05-31"), 4_000, &[500]),
        sale(15, day("2026-06-01"), 5_000, &[]),
    ];
    let campaigns =
        BTreeMap::from([(3, Part { held_out: true, engaged: false }), (campaign, Part { held_out, engaged })]);
    Member { id: 1, documents: sales.to_vec(), campaigns, ..Member::default() }
}

#[test]
fn purchases_in_the_days_of_a_campaign_are_what_converts_and_its_evidence() {
    let outcome = |outcome: &str| rule(&json!({"campaign": {"campaignId": "7", "outcome": outcome}}));
    let converted = outcome("CONVERTED");
    let found = seen(&converted, &buyer(7, false, true), "1");
    assert!(found.holds);
    assert_eq!(found.evidence, [14, 12], "not returned whole, first and last day included, the latest first");
    assert_eq!(found.observed, Some(Observed::Words(vec!["targeted", "engaged", "converted"])));
    assert_eq!(found.due, None);
    // Who is held out may buy and even click, but the campaign has converted nobody.
    let found = seen(&converted, &buyer(7, true, true), "1");
    assert_eq!((found.holds, found.evidence), (false, vec![]));
    assert_eq!(found.observed, Some(Observed::Words(vec!["held out"])));
    let engaged = outcome("ENGAGED");
    let found = seen(&engaged, &buyer(7, false, false), "1");
    assert_eq!((found.holds, found.observed), (false, Some(Observed::Words(vec!["targeted", "converted"]))));
    // Of another campaign nothing is found, nor of one whose days nobody told.
    assert_eq!(seen(&converted, &buyer(8, false, true), "1").observed, None);
    let untold = rule(&json!({"campaign": {"campaignId": "3", "outcome": "CONVERTED"}}));
    assert!(!seen(&untold, &buyer(3, false, false), "1").holds);
}

#[test]
fn historic_value_is_exact_at_every_moment_and_the_rest_is_of_the_night() {
    let member = buyer(7, false, false);
    // 150.00 of sales, no returns booked: 33.3333333 % of it, rounded once.
    let historic = rule(&json!({"value": {"historicClv": {"eq": "50"}}}));
    let found = seen(&historic, &member, "0.333333333");
    assert_eq!(found.observed, Some(Observed::Number("50.00".parse().unwrap(), Unit::Money)));
    assert!(found.holds && !seen(&historic, &member, "0.3334").holds);
    let unknown = rule(&json!({"not": {"value": {"orderProbability90Days": {"lte": 1}}}}));
    assert!(seen(&unknown, &member, "1").holds, "what is not known does not hold");
    let valuation =
        Valuation { order_probability: Some(0.123_456), rfm_group: Some(RfmGroup::AtRisk), ..Valuation::default() };
    let member = Member { valuation, ..member };
    let chance = rule(&json!({"value": {"orderProbability90Days": {"gt": 0.1234, "lte": 0.1235}}}));
    let found = seen(&chance, &member, "1");
    assert_eq!((found.holds, found.observed), (true, Some(Observed::Number(Decimal::new(1_235, 4), Unit::Share))));
    let group = rule(&json!({"value": {"rfmGroup": ["DORMANT"]}}));
    let found = seen(&group, &member, "1");
    assert_eq!((found.holds, found.observed), (false, Some(Observed::Words(vec!["at risk"]))));
}

#[test]
fn segments_and_campaigns_are_named_with_their_places() {
    let rule = parse(&json!({"all": [
        {"segment": {"key": "vip"}},
        {"not": {"campaign": {"campaignId": "spring", "outcome": "CONVERTED"}}},
        {"any": [{"everyone": true}, {"campaign": {"campaignId": "autumn", "outcome": "TARGETED"}}]},
    ]}))
    .unwrap();
    let places: Vec<(String, &str)> =
        rule.campaigns_at().into_iter().map(|(path, name)| (path.join(" "), name.as_str())).collect();
    assert_eq!(
        places,
        [
            ("all 1 not campaign campaignId".to_owned(), "spring"),
            ("all 2 any 1 campaign campaignId".to_owned(), "autumn"),
        ]
    );
    assert_eq!(rule.campaigns(), ["spring", "autumn"]);
    assert_eq!(rule.segments_at()[0].0, ["all", "0", "segment"]);
    assert_eq!(rule.segments(), [&SegmentName::Key("vip".to_owned())]);
    let renamed: Rule<i64> =
        rule.try_map(&mut |_| Ok::<_, ()>(1), &mut |name| i64::try_from(name.len()).map_err(|_| ())).unwrap();
    assert!(renamed.clauses().contains(&&Rule::Campaign(6, CampaignOutcome::Converted)) && !renamed.is_timed());
}

/// Tables are read one after the other, in the order of the disk; what comes of it is the same.
#[test]
fn facts_that_are_gathered_are_those_that_are_built() {
    let valuation = |clv| Valuation { predicted_clv: Some(clv), ..Valuation::default() };
    let members: Vec<Member> = (1..=9)
        .map(|id| {
            let part = |campaign: i64| (campaign, Part { held_out: (id + campaign) % 3 == 0, engaged: id % 2 == 0 });
            let campaigns = (1..=id % 4).map(part).collect();
            let valuation = if id % 5 == 0 { Valuation::default() } else { valuation(id * 100) };
            Member { id, number: id.to_string(), campaigns, valuation, ..Member::default() }
        })
        .collect();
    let mut dictionary = Dictionary::default();
    let built = facts(&members, &mut dictionary);
    let mut gathering = Gathering::new(4);
    members.iter().for_each(|member| gathering.member(&super::member_row(member, "{}")));
    for member in members.iter().rev() {
        gathering.valuation(member.id, &member.valuation);
    }
    for campaign in 1..=4_i64 {
        for member in members.iter().rev() {
            if let Some(part) = member.campaigns.get(&campaign) {
                gathering.participation(member.id, campaign, part.held_out, part.engaged);
            }
        }
    }
    gathering.valuation(99, &valuation(1));
    gathering.participation(99, 1, false, false);
    let (piles, _) = gathering.finish();
    let gathered = piles
        .into_iter()
        .map(|pile| pile.finish())
        .fold(Facts::default(), |facts, pile| facts.replaced(&pile, |_| false));
    assert_eq!(gathered, built);
    assert!(gathered.bytes().1 > gathered.bytes().0 + 9 * 24);
}
