//! All that is stored about a person, for the person: JSON that can be read without us.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::erase::MEMBER;
use super::person_store::{LINES, PROFILE, SECTIONS, TRANSACTIONS};
use super::{places_store, section_store};
use crate::app::App;
use crate::audit::{self, By, Changes, Entry, Object};
use crate::db::{self, raced};
use crate::error::Stop;
use crate::figures;
use crate::members::{self, MemberRef};

/// Answers everything that is stored about a person, as of one moment. That somebody asked stands in the log, in the same
/// transaction.
pub async fn request(app: &App, by: By<'_>, reference: &MemberRef) -> Result<Value, Stop> {
    db::retry(|| async {
        let txn = app.db.begin().await?;
        let id = members::resolve_one(&txn, reference).await?.map_err(|why| why.refusal(MEMBER))?;
        // Nobody touches what is read, until it is all read.
        let row = places_store::lock(&txn, id).await?.ok_or_else(|| raced("a member went"))?;
        figures::share_members(&txn, &[id]).await?;
        let currency = app.program().currency;
        let read = async |section| section_store::read(&txn, section, id, currency).await;

        let mut data = Map::new();
        let profile = read(&PROFILE).await?.into_iter().next().map(|(_, profile)| profile).unwrap_or_default();
        data.insert(PROFILE.name.to_owned(), Value::Object(profile));
        let mut lines: HashMap<i64, Vec<Value>> = HashMap::new();
        for (document, line) in read(&LINES).await? {
            lines.entry(document).or_default().push(Value::Object(line));
        }
        let transactions = read(&TRANSACTIONS).await?.into_iter().map(|(document, mut transaction)| {
            transaction.insert(LINES.name.to_owned(), Value::Array(lines.remove(&document).unwrap_or_default()));
            Value::Object(transaction)
        });
        data.insert(TRANSACTIONS.name.to_owned(), transactions.collect());
        for section in SECTIONS {
            let rows = read(section).await?.into_iter().map(|(_, row)| Value::Object(row));
            data.insert(section.name.to_owned(), rows.collect());
        }

        let object = Object::one("Member", id.0, row.number);
        let entry = Entry { action: by.action("requestMemberData"), object, changes: Changes::none() };
        audit::write(app, &txn, by, entry).await?;
        txn.commit().await?;
        Ok(Value::Object(data))
    })
    .await
}
