//! How callers name members: by id, by number, or by e-mail; many at once in one statement a kind.

use std::collections::HashMap;

use engine::text::fold;
use entity::ids::MemberId;
use sea_orm::ConnectionTrait;

use super::store;
use crate::erased::{self, Name};
use crate::error::{Fault, Refusal, RefusalCode};

/// A member as a caller names it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum MemberRef {
    /// By id.
    Id(MemberId),
    /// By the shop's number, exactly.
    Number(String),
    /// By e-mail, whatever its case.
    Email(String),
    /// By an id that is none of ours.
    Unreadable(String),
}

/// Why a reference names no member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unresolved {
    /// Nobody has it.
    Unknown,
    /// More than one has it.
    Ambiguous,
    /// The person was erased.
    Erased,
    /// It cannot be the name of anyone.
    Malformed,
}

/// What is said of an erased person.
pub(super) const ERASED: &str = "this person was erased and stays so";

impl MemberRef {
    /// The reference as the caller wrote it, for messages.
    pub fn text(&self) -> String {
        match self {
            Self::Id(id) => crate::global_id::GlobalId::Member(*id).text(),
            Self::Number(text) | Self::Email(text) | Self::Unreadable(text) => text.chars().take(200).collect(),
        }
    }
}

impl Unresolved {
    /// The refusal of a field that names no member.
    pub fn refusal(self, path: &[&str]) -> Refusal {
        match self {
            Self::Unknown => Refusal::new(RefusalCode::NotFound, "there is no such member", path),
            Self::Ambiguous => Refusal::new(RefusalCode::Ambiguous, "more than one member has this e-mail", path),
            Self::Erased => Refusal::new(RefusalCode::ErasedMember, ERASED, path),
            Self::Malformed => Refusal::new(RefusalCode::Invalid, "this cannot be the name of a member", path),
        }
    }
}

/// The members of some references, in their order.
pub async fn resolve(
    db: &impl ConnectionTrait,
    references: &[MemberRef],
) -> Result<Vec<Result<MemberId, Unresolved>>, Fault> {
    let (mut numbers, mut emails, mut ids) = (Vec::new(), Vec::new(), Vec::new());
    for reference in references.iter().filter(|reference| well_formed(reference)) {
        match reference {
            MemberRef::Id(id) => ids.push(id.0),
            MemberRef::Number(number) => numbers.push(number.trim().to_owned()),
            MemberRef::Email(email) => emails.push(fold(email.trim())),
            MemberRef::Unreadable(_) => {}
        }
    }
    let by_id = store::ids_known(db, ids).await?;
    let by_number = store::ids_by_number(db, numbers).await?;
    let mut by_email: HashMap<String, Result<MemberId, Unresolved>> = HashMap::new();
    for (email, id) in store::ids_by_email(db, emails).await? {
        by_email.entry(email).and_modify(|found| *found = Err(Unresolved::Ambiguous)).or_insert(Ok(id));
    }
    let one = |reference: &MemberRef| {
        if !well_formed(reference) {
            return Err(Unresolved::Malformed);
        }
        match reference {
            MemberRef::Id(id) => match by_id.get(id) {
                Some(true) => Err(Unresolved::Erased),
                Some(false) => Ok(*id),
                None => Err(Unresolved::Unknown),
            },
            MemberRef::Number(number) => by_number.get(number.trim()).copied().ok_or(Unresolved::Unknown),
            MemberRef::Email(email) => by_email.get(&fold(email.trim())).copied().unwrap_or(Err(Unresolved::Unknown)),
            MemberRef::Unreadable(_) => Err(Unresolved::Unknown),
        }
    };
    let mut found: Vec<_> = references.iter().map(one).collect();
    tell_erased(db, references, &mut found).await?;
    Ok(found)
}

/// Tells those whom nobody knows from those who were erased.
async fn tell_erased(
    db: &impl ConnectionTrait,
    references: &[MemberRef],
    found: &mut [Result<MemberId, Unresolved>],
) -> Result<(), Fault> {
    let folded = |reference: &MemberRef| match reference {
        MemberRef::Number(number) => Some((false, number.trim().to_owned())),
        MemberRef::Email(email) => Some((true, fold(email.trim()))),
        MemberRef::Id(_) | MemberRef::Unreadable(_) => None,
    };
    let unknown = references.iter().zip(found.iter_mut()).filter(|(_, found)| **found == Err(Unresolved::Unknown));
    let unknown: Vec<(_, (bool, String))> =
        unknown.filter_map(|(reference, found)| Some((found, folded(reference)?))).collect();
    let names =
        unknown.iter().map(|(_, (is_email, text))| if *is_email { Name::Email(text) } else { Name::Number(text) });
    let names: Vec<Name<'_>> = names.collect();
    let erased = erased::are_erased(db, &names).await?;
    for ((found, _), erased) in unknown.into_iter().zip(erased) {
        if erased {
            *found = Err(Unresolved::Erased);
        }
    }
    Ok(())
}

/// The member of one reference.
pub async fn resolve_one(
    db: &impl ConnectionTrait,
    reference: &MemberRef,
) -> Result<Result<MemberId, Unresolved>, Fault> {
    let found = resolve(db, std::slice::from_ref(reference)).await?;
    found.into_iter().next().ok_or_else(|| Fault::new("a reference was not resolved"))
}

fn well_formed(reference: &MemberRef) -> bool {
    match reference {
        MemberRef::Id(_) | MemberRef::Unreadable(_) => true,
        MemberRef::Number(text) | MemberRef::Email(text) => {
            let text = text.trim();
            !text.is_empty() && text.chars().count() <= 320 && !text.chars().any(char::is_control)
        }
    }
}
