//! Shops for the tests: the purchases at CDNOW, and shops that are made up.

use std::collections::{BTreeMap, HashMap};
use std::io::Read;

use chrono::NaiveDate;
use flate2::read::GzDecoder;

use crate::facts::{Builder, Dictionary, Facts, MemberRow, TransactionRow};
use crate::money::Currency;

/// A document of a member: its day, what it comes to, and whether it is a purchase; what is taken back is negative.
#[derive(Clone, Copy, Debug)]
pub(super) struct Document {
    pub(super) day: NaiveDate,
    pub(super) net: i64,
    pub(super) purchase: bool,
}

/// The facts of members, each with documents in the order of time.
pub(super) fn facts<'a>(members: impl IntoIterator<Item = (i64, &'a [Document])>) -> Facts {
    let mut dictionary = Dictionary::default();
    let mut builder = Builder::new(&mut dictionary);
    for (id, documents) in members {
        builder.member(&MemberRow::bare(id));
        for Document { day, net, purchase } in documents {
            builder.transaction(&TransactionRow::bare(*day, *net, *purchase));
        }
    }
    builder.finish()
}

/// Everybody at CDNOW.
pub(super) fn cdnow() -> Facts {
    facts_of(cdnow_purchases())
}

/// The classic sample of a tenth, each customer's id that in the sample.
pub(super) fn cdnow_sample() -> Facts {
    let list = include_bytes!("../../../../tests/data/cdnow_sample_customers.csv");
    let ids = csv::Reader::from_reader(&list[..]).into_deserialize::<(i64, i64)>();
    let ids: HashMap<i64, i64> = ids.map(Result::unwrap).collect();
    let of_sample = |(id, purchases)| Some((*ids.get(&id)?, purchases));
    facts_of(cdnow_purchases().into_iter().filter_map(of_sample).collect())
}

fn facts_of(mut members: BTreeMap<i64, Vec<Document>>) -> Facts {
    members.values_mut().for_each(|documents| documents.sort_by_key(|document| document.day));
    facts(members.iter().map(|(id, documents)| (*id, documents.as_slice())))
}

fn cdnow_purchases() -> BTreeMap<i64, Vec<Document>> {
    let packed = include_bytes!("../../../../tests/data/cdnow_master_transactions.csv.gz");
    let mut text = String::new();
    GzDecoder::new(&packed[..]).read_to_string(&mut text).unwrap();
    let dollar = Currency::from_code("USD").unwrap();
    let mut members: BTreeMap<i64, Vec<Document>> = BTreeMap::new();
    for row in csv::Reader::from_reader(text.as_bytes()).into_deserialize::<(i64, NaiveDate, i64, String)>() {
        let (id, day, _, amount) = row.unwrap();
        let document = Document { day, net: dollar.minor(amount.parse().unwrap()).unwrap(), purchase: true };
        members.entry(id).or_default().push(document);
    }
    members
}
