//! Erases what identifies a person, and keeps sums.

use engine::text::fold;
use entity::ids::MemberId;
use entity::kinds::MembershipReason;
use entity::member;

use super::places_store as store;
use super::sweep;
use crate::app::App;
use crate::audit::{self, By, Changes, Entry, Object};
use crate::db::{self, Lock, Txn, raced};
use crate::erased::{self, Name};
use crate::error::{Fault, Stop};
use crate::members::{self, MemberRef, Unresolved};
use crate::membership::Log;
use crate::{changes, figures, jobs};

/// Where the member stands in the input.
pub(super) const MEMBER: &[&str] = &["input", "member"];

/// Erases a person: nothing of what identifies them is left, and their number and e-mail are refused from now on. Who was
/// erased before and is named by id is found so already; number and e-mail are refused.
pub async fn erase(app: &App, by: By<'_>, reference: &MemberRef) -> Result<MemberId, Stop> {
    let (id, erased) = db::retry(|| async {
        let txn = app.db.begin().await?;
        // Before the rule set, as an analysis does that lands.
        db::lock_shared(&txn, Lock::MemberValues).await?;
        // Keeps the figures' day and the rules that decide from changing.
        let reckoning = figures::reckon(app, &txn).await?;
        let person = match (whom(&txn, reference).await?, reference) {
            (Ok(person), _) => person,
            // Doing again what is already so is no error and changes nothing.
            (Err(Unresolved::Erased), MemberRef::Id(id)) => return Ok((*id, false)),
            (Err(why), _) => return Err(why.refusal(MEMBER).into()),
        };
        figures::lock_members(&txn, &[person.id]).await?;

        // First they leave, so that the figures of segments move by what the person still adds to them.
        let log = Log::open_alone(&txn, &reckoning, Some(by.actor)).await?;
        let left = log.write_leaving(person.id, MembershipReason::MemberErased).await?;
        log.apply().await?;

        let email = person.email.as_deref().map(fold);
        let names = [Some(Name::Number(&person.number)), email.as_deref().map(Name::Email)];
        let names: Vec<Name<'_>> = names.into_iter().flatten().collect();
        erased::remember(&txn, &app.erasure_key, &names).await?;
        let gone = store::clear(&txn, person.id, reckoning.now).await?;
        let shell = members::shell(person.id.0);
        audit::clear(&txn, "Member", person.id.0, &shell).await?;

        changes::note(&txn, &[person.id], reckoning.now).await?;
        let told = Changes::none().new_field("segmentsLeft", left).new_field("rowsCleared", gone);
        let entry = Entry {
            action: by.action("eraseMember"),
            object: Object::one("Member", person.id.0, shell),
            changes: told,
        };
        audit::write(app, &txn, by, entry).await?;
        jobs::enqueue_once(app, &txn, by, sweep::job()).await?;
        txn.commit().await?;
        Ok::<_, Stop>((person.id, true))
    })
    .await?;
    if erased {
        jobs::wake(app);
        // At once where nobody reads the old pages any more; else the job does it.
        if let Err(fault) = sweep::at_once(app).await {
            tracing::warn!(?fault, "the log of writes could not be emptied after an erasure; a job tries again");
        }
    }
    Ok(id)
}

/// The row of the person whom a reference names, locked. A person who was renamed since is looked for anew.
async fn whom(txn: &Txn, reference: &MemberRef) -> Result<Result<member::Model, Unresolved>, Fault> {
    let id = match members::resolve_one(txn, reference).await? {
        Ok(id) => id,
        Err(why) => return Ok(Err(why)),
    };
    let row = store::lock(txn, id).await?.ok_or_else(|| raced("a member went"))?;
    let same = match reference {
        MemberRef::Email(email) => row.email_folded.as_deref() == Some(&fold(email.trim())),
        _ => true,
    };
    if row.erased_at.is_some() || !same { Err(raced("a member was changed")) } else { Ok(Ok(row)) }
}
