//! How partners name members, and what is wrong with it.

use std::collections::HashSet;

use engine::text::fold;
use entity::ids::{MemberId, PartnerId};
use serde::{Deserialize, Serialize};

use crate::db::Txn;
use crate::error::Fault;
use crate::members::{self, MemberRef, Unresolved};
use crate::membership::{self, PushedName};
use crate::text_input::length;

/// How many problems are kept and shown.
pub(super) const MOST: usize = 1_000;

/// Why a named member was left out; the words are those of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ProblemCode {
    /// Nobody has this name, and it is not kept for later.
    UnknownMember,
    /// The person was erased and stays so; a partner is told that nobody has this name.
    ErasedMember,
    /// More than one member has this e-mail.
    Ambiguous,
    /// To come in and to leave at once.
    InBothLists,
    /// Something later was said of the member before.
    Stale,
    /// It cannot be the name of anyone.
    Malformed,
}

/// A named member that was left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// The list and the place in it.
    pub path: Vec<String>,
    /// As the partner wrote it. It is not kept, so that nobody has to look for a person there who is to be erased; an answer
    /// that is given again has it from the call.
    #[serde(skip)]
    pub member: String,
    /// Why.
    pub code: ProblemCode,
}

impl Problem {
    pub(super) fn new(list: &str, place: usize, member: &MemberRef, code: ProblemCode) -> Self {
        Self { path: vec![list.to_owned(), place.to_string()], member: member.text(), code }
    }
}

impl ProblemCode {
    /// A sentence for a person.
    pub fn message(self) -> &'static str {
        match self {
            Self::UnknownMember => "there is no such member",
            Self::ErasedMember => "this person was erased and stays so",
            Self::Ambiguous => "more than one member has this e-mail",
            Self::InBothLists => "the member stands in both lists",
            Self::Stale => "something later was said of the member before",
            Self::Malformed => "this cannot be the name of a member",
        }
    }
}

/// A list of members, each once, as far as they can be found, with the places where they stand.
#[derive(Debug, Default)]
pub(super) struct Sorted {
    /// Those who are known.
    pub(super) known: Vec<(MemberId, usize)>,
    /// The names of those who are not.
    pub(super) names: Vec<(PushedName, usize)>,
    /// Those that nobody can have.
    pub(super) problems: Vec<Problem>,
}

/// Finds the members of a list. Ids are found alone of whom the partner has pushed before: they run on, and would tell it
/// the number of everybody.
pub(super) async fn sorted(
    txn: &Txn,
    partner: PartnerId,
    list: &str,
    references: &[MemberRef],
) -> Result<Sorted, Fault> {
    let mut sorted = Sorted::default();
    let (mut known, mut names) = (HashSet::new(), HashSet::new());
    let mut found = members::resolve(txn, references).await?;
    let ids: Vec<MemberId> = references.iter().filter_map(id_of).collect();
    let pushed = membership::pushed_before(txn, partner, &ids).await?;
    for (reference, found) in references.iter().zip(&mut found) {
        if id_of(reference).is_some_and(|id| !pushed.contains(&id)) {
            *found = Err(Unresolved::Unknown);
        }
    }
    for (place, (reference, found)) in references.iter().zip(found).enumerate() {
        let problem = |code| Problem::new(list, place, reference, code);
        match (found, name_of(reference)) {
            (Ok(member), _) => {
                if known.insert(member) {
                    sorted.known.push((member, place));
                }
            }
            (Err(Unresolved::Unknown), Some(name)) => {
                if names.insert(name.clone()) {
                    sorted.names.push((name, place));
                }
            }
            (Err(Unresolved::Unknown), None) => {
                let by_id = matches!(reference, MemberRef::Id(_) | MemberRef::Unreadable(_));
                sorted.problems.push(problem(if by_id { ProblemCode::UnknownMember } else { ProblemCode::Malformed }));
            }
            (Err(Unresolved::Erased), _) => sorted.problems.push(problem(ProblemCode::UnknownMember)),
            (Err(Unresolved::Ambiguous), _) => sorted.problems.push(problem(ProblemCode::Ambiguous)),
            (Err(Unresolved::Malformed), _) => sorted.problems.push(problem(ProblemCode::Malformed)),
        }
    }
    Ok(sorted)
}

fn id_of(reference: &MemberRef) -> Option<MemberId> {
    match reference {
        MemberRef::Id(id) => Some(*id),
        _ => None,
    }
}

/// The name under which somebody may become known; none for an id, and for a number that nobody can have.
pub(super) fn name_of(reference: &MemberRef) -> Option<PushedName> {
    match reference {
        MemberRef::Number(number) => {
            let name = number.trim().to_owned();
            (name.chars().count() <= length::NUMBER).then_some(PushedName { kind: NUMBER, name })
        }
        MemberRef::Email(email) => {
            let email = email.trim();
            (email.chars().count() <= length::TEXT).then(|| PushedName { kind: EMAIL, name: fold(email) })
        }
        MemberRef::Id(_) | MemberRef::Unreadable(_) => None,
    }
}

pub(super) const NUMBER: &str = "NUMBER";
pub(super) const EMAIL: &str = "EMAIL";

/// What is kept of the problems.
pub(super) fn kept(problems: &[Problem]) -> Result<String, Fault> {
    Ok(serde_json::to_string(&problems[..problems.len().min(MOST)])?)
}

/// The problems that were kept, without the names.
pub fn problems(kept: &str) -> Result<Vec<Problem>, Fault> {
    Ok(serde_json::from_str(kept)?)
}

/// The problems that were kept of a call that comes again, with the names as it has them.
pub(super) fn problems_again(kept: &str, lists: &[(&str, &[MemberRef])]) -> Result<Vec<Problem>, Fault> {
    let mut problems = problems(kept)?;
    for problem in &mut problems {
        let [list, place] = problem.path.as_slice() else { continue };
        let members = lists.iter().find(|(name, _)| name == list).map(|(_, members)| *members);
        let place = place.parse::<usize>().ok();
        if let Some(member) = members.zip(place).and_then(|(members, place)| members.get(place)) {
            problem.member = member.text();
        }
    }
    Ok(problems)
}
