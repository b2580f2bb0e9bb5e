//! Everybody's facts, table by table: what the rows say, on either database.

use engine::facts::{CampaignPart, Gathering, ItemRow, MemberRow, PointsRow, TransactionRow, Valuation};
use entity::ids::CampaignId;
use entity::kinds::{PointsKind, TransactionKind};
use sea_orm::ActiveEnum;

use super::progress::Progress;
use super::scan::{Scan, Tables};
use crate::error::Fault;
use crate::facts::rows::DayOf;
use crate::facts::rows_store::{
    ANSWER, DOCUMENT, ENTRY, ITEM, LABEL, MEMBER, PART, VALUE, direction, points_move, valuation,
};

/// Puts facts together out of tables that are read from their beginning to their end.
pub(super) struct Gatherer<'g> {
    pub(super) gathering: &'g mut Gathering,
    pub(super) days: DayOf,
    pub(super) progress: &'g mut Progress,
}

impl Gatherer<'_> {
    /// Reads all tables. What is recorded meanwhile may be missing or stand there by halves.
    pub(super) fn read(&mut self, tables: &dyn Tables) -> Result<(), Fault> {
        let text = format!("SELECT {MEMBER} FROM member AS m WHERE m.erased_at IS NULL ORDER BY m.id");
        tables.scan(&text, &mut |rows| self.each("members", rows, Self::member))?;
        let text = format!("SELECT {LABEL} FROM member_label AS l ORDER BY l.member_id, l.position");
        tables.scan(&text, &mut |rows| self.each("labels", rows, Self::label))?;
        let documents = format!("SELECT {DOCUMENT}, t.labels FROM \"transaction\" AS t ORDER BY t.id");
        let items = format!("SELECT {ITEM} FROM transaction_item AS i ORDER BY i.transaction_id, i.position");
        tables.scan(&documents, &mut |documents| {
            tables.scan(&items, &mut |items| {
                let mut there = items.advance()?;
                self.each("transactions", documents, |me, document| me.document(document, items, &mut there))
            })
        })?;
        let text = format!("SELECT {ENTRY} FROM points_entry AS p ORDER BY p.id");
        tables.scan(&text, &mut |rows| self.each("points entries", rows, Self::entry))?;
        let text = format!("SELECT {ANSWER} FROM feedback AS f ORDER BY f.id");
        tables.scan(&text, &mut |rows| self.each("answers", rows, Self::answer))?;
        tables.scan(&parts(""), &mut |rows| self.each("parts in campaigns", rows, Self::part))?;
        tables.scan(&values(), &mut |rows| self.each("values of members", rows, Self::value))
    }

    fn each(
        &mut self,
        what: &'static str,
        rows: &mut dyn Scan,
        mut each: impl FnMut(&mut Self, &dyn Scan) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        self.progress.begin(what);
        while rows.advance()? {
            self.progress.row()?;
            each(self, rows)?;
        }
        Ok(())
    }

    fn member(&mut self, row: &dyn Scan) -> Result<(), Fault> {
        self.gathering.member(&MemberRow {
            id: row.int(0)?,
            number: row.text(1)?,
            email: row.maybe_text(2)?,
            enrolled: row.maybe_int(3)?.map(|at| self.days.of(at)),
            birth: row.maybe_text(4)?.and_then(|date| date.parse().ok()),
            gender: row.maybe_text(5)?,
            country: row.maybe_text(6)?,
            region: row.maybe_text(7)?,
            city: row.maybe_text(8)?,
            postal_code: row.maybe_text(9)?,
            tier: row.maybe_text(10)?,
            marketing_consent: row.flag(11)?,
            attributes: row.text(12)?,
        });
        Ok(())
    }

    fn label(&mut self, row: &dyn Scan) -> Result<(), Fault> {
        self.gathering.label(row.int(0)?, row.text(1)?, row.text(2)?);
        Ok(())
    }

    /// A document with its lines, which come in the order of documents.
    fn document(&mut self, row: &dyn Scan, items: &mut dyn Scan, there: &mut bool) -> Result<(), Fault> {
        // That of a guest who was not identified has no member.
        let Some(member) = row.maybe_int(0)? else { return Ok(()) };
        let (id, at) = (row.int(1)?, row.int(2)?);
        let kind = TransactionKind::try_from_value(&row.text(3)?.to_owned())?;
        let document = TransactionRow {
            id,
            day: self.days.of(at),
            direction: direction(kind),
            amount: row.int(4)?,
            purchase: row.flag(5)?,
            channel: row.maybe_text(6)?,
            location: row.maybe_text(7)?,
            labels: row.text(8)?,
        };
        self.gathering.transaction(member, at, &document);
        while *there && items.int(0)? <= id {
            if items.int(0)? == id {
                let (amount, sku) = (items.int(1)?, items.text(2)?);
                let (brand, category) = (items.maybe_text(3)?, items.maybe_text(4)?);
                self.gathering.item(&ItemRow { amount, sku, brand, category });
            }
            *there = items.advance()?;
        }
        Ok(())
    }

    fn entry(&mut self, row: &dyn Scan) -> Result<(), Fault> {
        let (member, at) = (row.int(0)?, row.int(1)?);
        let kind = PointsKind::try_from_value(&row.text(2)?.to_owned())?;
        let entry = PointsRow {
            day: self.days.of(at),
            kind: points_move(kind),
            points: row.int(3)?,
            origin: row.maybe_text(4)?,
        };
        self.gathering.points(member, at, &entry);
        Ok(())
    }

    fn answer(&mut self, row: &dyn Scan) -> Result<(), Fault> {
        let (member, at) = (row.int(0)?, row.int(1)?);
        self.gathering.answer(member, at, self.days.of(at), row.text(2)?, row.int(3)?);
        Ok(())
    }

    fn part(&mut self, row: &dyn Scan) -> Result<(), Fault> {
        let CampaignPart { member, campaign, held_out, engaged } = part(row)?;
        self.gathering.participation(member, campaign, held_out, engaged);
        Ok(())
    }

    fn value(&mut self, row: &dyn Scan) -> Result<(), Fault> {
        let (member, valuation) = valued(row)?;
        self.gathering.valuation(member, &valuation);
        Ok(())
    }
}

/// What the nightly analyses keep of everybody, rising by member.
pub(super) fn read_values(tables: &dyn Tables, progress: &mut Progress) -> Result<Vec<(i64, Valuation)>, Fault> {
    read_all(tables, "values of members", &values(), valued, progress)
}

/// Everybody's parts in a campaign, rising by member.
pub(super) fn read_parts(
    tables: &dyn Tables,
    campaign: CampaignId,
    progress: &mut Progress,
) -> Result<Vec<CampaignPart>, Fault> {
    let of = format!("WHERE c.campaign_id = {}", campaign.0);
    read_all(tables, "parts in a campaign", &parts(&of), part, progress)
}

fn read_all<T>(
    tables: &dyn Tables,
    what: &'static str,
    text: &str,
    one: impl Fn(&dyn Scan) -> Result<T, Fault>,
    progress: &mut Progress,
) -> Result<Vec<T>, Fault> {
    let mut all = Vec::new();
    progress.begin(what);
    tables.scan(text, &mut |rows| {
        while rows.advance()? {
            progress.row()?;
            all.push(one(rows)?);
        }
        Ok(())
    })?;
    Ok(all)
}

/// A member's campaigns come in the order of their ids.
fn parts(of: &str) -> String {
    format!("SELECT {PART} FROM campaign_member AS c {of} ORDER BY c.campaign_id, c.member_id")
}

fn part(row: &dyn Scan) -> Result<CampaignPart, Fault> {
    Ok(CampaignPart { member: row.int(0)?, campaign: row.int(1)?, held_out: row.flag(2)?, engaged: row.flag(3)? })
}

fn values() -> String {
    format!("SELECT {VALUE} FROM member_value AS v ORDER BY v.member_id")
}

fn valued(row: &dyn Scan) -> Result<(i64, Valuation), Fault> {
    let numbers = (row.maybe_int(1)?, row.maybe_int(2)?, row.maybe_int(3)?);
    Ok((row.int(0)?, valuation(numbers, (row.text(4)?, row.text(5)?, row.text(6)?))))
}
