//! Members that documents name: made or changed before the documents are taken up.

use std::collections::{HashMap, HashSet};

use super::chunk::Chunk;
use super::profile;
use super::row::Wrong;
use super::store;
use super::write::{MemberRule, Refused, Writer};
use crate::db::Txn;
use crate::error::Fault;
use crate::figures::Reckoning;
use crate::ingest::Problem;
use crate::members::{self, LabelInput, MemberInput, MemberRef};
use crate::membership::Touched;
use crate::patch::Patch;

impl Writer<'_> {
    /// Makes and changes the members that documents name. Answers the places of the rows that did so with what that
    /// touched, or the rows that cannot.
    pub(super) async fn touched(
        &self,
        txn: &Txn,
        reckoning: &Reckoning,
        chunk: &Chunk,
        refused: &Refused,
    ) -> Result<Result<(HashSet<usize>, Touched), Refused>, Fault> {
        let rows = || chunk.members.iter().filter(|(place, _)| !refused.contains_key(place));
        let wanted = self.wanted(txn, rows().map(|(_, member)| member)).await?;
        let mut inputs: Vec<MemberInput> = Vec::new();
        let mut known: HashMap<&str, usize> = HashMap::new();
        let mut changed = HashSet::new();
        for (place, member) in rows().filter(|(_, member)| wanted.contains(member.number.as_str())) {
            changed.insert(*place);
            match known.get(member.number.as_str()) {
                Some(at) => profile::overlay(&mut inputs[*at], member),
                None => {
                    known.insert(&member.number, inputs.len());
                    inputs.push(member.clone());
                }
            }
        }
        complete_labels(txn, &mut inputs).await?;
        let (mut good, mut bad) = (Vec::with_capacity(inputs.len()), Refused::new());
        for input in inputs {
            let number = input.number.clone();
            match input.check(reckoning.now) {
                Ok(input) => good.push(input),
                // Each row was right by itself; together they give the member too many labels.
                Err(refusal) => {
                    let rows = rows().filter(|(_, row)| row.number == number && row.labels != Patch::Keep);
                    bad.extend(rows.map(|(place, _)| (*place, Wrong::refused(&refusal, "member."))));
                }
            }
        }
        if !bad.is_empty() {
            return Ok(Err(bad));
        }
        if good.is_empty() {
            return Ok(Ok((changed, Touched::default())));
        }
        let (done, touched) = members::ops::upsert_in(txn, reckoning, &good).await?;
        for Problem { row, refusal } in &done.problems {
            let of = |member: &MemberInput| member.number == good[*row].number();
            let wrong = match refusal.path.first().map(String::as_str) {
                Some("number") => Wrong::new("member", refusal.message.as_str()),
                _ => Wrong::refused(refusal, "member."),
            };
            bad.extend(rows().filter(|(_, member)| of(member)).map(|(place, _)| (*place, wrong.clone())));
        }
        if bad.is_empty() { Ok(Ok((changed, touched))) } else { Ok(Err(bad)) }
    }

    /// The numbers of the members that are to be made or changed.
    async fn wanted<'c>(
        &self,
        txn: &Txn,
        members: impl Iterator<Item = &'c MemberInput>,
    ) -> Result<HashSet<&'c str>, Fault> {
        let numbers: HashSet<&str> = members.map(|member| member.number.as_str()).collect();
        let MemberRule { create, profile } = self.members;
        if create && profile || numbers.is_empty() {
            return Ok(numbers);
        }
        let numbers: Vec<&str> = numbers.into_iter().collect();
        let references: Vec<MemberRef> = numbers.iter().map(|number| MemberRef::Number((*number).to_owned())).collect();
        let found = members::resolve(txn, &references).await?;
        // Without a profile there is nothing to change in the known ones; without leave, the others are not made.
        let wanted = numbers.into_iter().zip(found).filter(|(_, found)| found.is_ok() == profile);
        Ok(wanted.map(|(number, _)| number).collect())
    }
}

/// Completes labels with those that their members have.
pub(super) async fn complete_labels(txn: &Txn, members: &mut [MemberInput]) -> Result<(), Fault> {
    let labelled = members.iter().filter(|member| member.labels != Patch::Keep);
    let mut numbers: Vec<&str> = labelled.map(|member| member.number.as_str()).collect();
    if numbers.is_empty() {
        return Ok(());
    }
    numbers.sort_unstable();
    numbers.dedup();
    let mut known: HashMap<String, Vec<LabelInput>> = HashMap::new();
    for row in store::labels(txn, &numbers).await? {
        known.entry(row.number).or_default().push(LabelInput { key: row.key, value: row.value });
    }
    profile::complete(members, known);
    Ok(())
}
