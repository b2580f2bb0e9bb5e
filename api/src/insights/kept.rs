//! Answers that were worked out, for as long as nothing has changed.
//!
//! An answer is found again by what was asked, in which terms, on which day, and by the number of what was committed when it
//! was asked: that is read first, so that an answer holds at least everything that was committed by then, and whoever has
//! just changed something sees it. What belongs to a segment also depends on who last came to it or left it. Several who ask
//! the same at once wait for one of them; where that one gives up, the next goes on.

use std::any::{Any, type_name};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use engine::calendar::Millis;
use entity::ids::SegmentId;
use moka::future::Cache;

use super::asked::{Asked, Beside, Terms, Unknown};
use super::beside::{self, Memberships, Unnamed};
use crate::app::App;
use crate::changes::Pulse;
use crate::error::Fault;
use crate::facts::Moment;
use crate::membership;

/// What was worked out and is kept.
#[derive(Debug)]
pub struct Answers {
    answers: Cache<Key, Stored>,
    memberships: Memberships,
    unnamed: Unnamed,
    pulse: Pulse,
    /// The number up to which everything was let go.
    forgotten: AtomicU64,
}

/// An answer, and when it was worked out.
#[derive(Debug)]
pub struct Kept<A> {
    /// What is said.
    pub answer: A,
    /// Everything that was committed by then was seen.
    pub as_of: Millis,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    question: String,
    /// Segments with the last coming or going of each; none: everybody.
    of: Vec<(SegmentId, i64)>,
    /// Whether it is the answers about all of these segments together.
    together: bool,
    number: u64,
}

#[derive(Clone)]
struct Stored {
    value: Arc<dyn Any + Send + Sync>,
    bytes: u32,
}

impl std::fmt::Debug for Stored {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{} bytes", self.bytes)
    }
}

type OfSegments<A> = HashMap<SegmentId, Arc<Kept<A>>>;

/// How much is kept at most, in bytes: of answers, and of memberships that they are made from.
const ANSWERS: u64 = 32 * 1024 * 1024;
const MEMBERSHIPS: u64 = 64 * 1024 * 1024;
/// How long anything is kept at most, and how long what nobody asks for.
const LONGEST: Duration = Duration::from_secs(6 * 3_600);
const IDLE: Duration = Duration::from_secs(3_600);
/// What an answer takes beside what it has on the heap.
const OVERHEAD: usize = 256;

impl Default for Answers {
    fn default() -> Self {
        let answers = Cache::builder().max_capacity(ANSWERS).time_to_live(LONGEST).time_to_idle(IDLE);
        let memberships = moka::sync::Cache::builder().max_capacity(MEMBERSHIPS).time_to_idle(IDLE);
        let members = |_: &SegmentId, (_, members): &(i64, Arc<roaring::RoaringTreemap>)| {
            u32::try_from(members.serialized_size() + OVERHEAD).unwrap_or(u32::MAX)
        };
        Self {
            answers: answers.weigher(|key: &Key, stored: &Stored| key.bytes().saturating_add(stored.bytes)).build(),
            memberships: memberships.weigher(members).build(),
            unnamed: Unnamed::default(),
            pulse: Pulse::default(),
            forgotten: AtomicU64::new(0),
        }
    }
}

/// What is said of everybody.
pub async fn of_everybody<Q: Asked>(app: &Arc<App>, asked: &Q) -> Result<Arc<Kept<Q::Answer>>, Fault> {
    let (terms, number) = (Terms::now(app), app.answers.number(app).await?);
    let key = Key { question: question(asked, &terms), of: Vec::new(), together: false, number };
    let work_out = Box::pin(async {
        let (answers, as_of) = work_out(app, asked, &terms, None).await?;
        let answer = answers.into_iter().next().ok_or_else(|| Fault::new("a figure said nothing"))?;
        let bytes = Q::bytes(&answer);
        Ok::<_, Fault>(Stored::new(Arc::new(Kept { answer, as_of }), bytes))
    });
    let stored = found(app, key, work_out).await?;
    stored.value.downcast().map_err(|_| Fault::new("an answer of another kind was kept"))
}

/// What is said of each of several segments, all that is not kept in one pass, or a few where it is asked so.
pub async fn of_segments<Q: Asked>(
    app: &Arc<App>,
    asked: &Q,
    segments: &[SegmentId],
) -> Result<OfSegments<Q::Answer>, Fault> {
    let (terms, number) = (Terms::now(app), app.answers.number(app).await?);
    let question = question(asked, &terms);
    let last = membership::last_moves(app.db.reader(), segments).await?;
    let key = |of: Vec<(SegmentId, i64)>, together: bool| Key { question: question.clone(), of, together, number };
    let (mut all, mut unknown) = (HashMap::with_capacity(segments.len()), Vec::new());
    let mut segments: Vec<(SegmentId, i64)> = last.into_iter().collect();
    segments.sort_unstable();
    for segment in segments {
        let kept = app.answers.answers.get(&key(vec![segment], false)).await;
        match kept.and_then(|stored| stored.value.downcast::<Kept<Q::Answer>>().ok()) {
            Some(kept) => {
                app.metrics.figure(false);
                all.insert(segment.0, kept);
            }
            None => unknown.push(segment),
        }
    }
    for unknown in unknown.chunks(asked.together()) {
        let work_out = Box::pin(async {
            let ids: Vec<SegmentId> = unknown.iter().map(|(segment, _)| *segment).collect();
            let (answers, as_of) = work_out(app, asked, &terms, Some(&ids)).await?;
            let mut together = OfSegments::<Q::Answer>::with_capacity(answers.len());
            // It holds the answers for as long as it is kept, whatever becomes of them where they stand alone.
            let mut all_bytes = 0;
            for (segment, answer) in unknown.iter().zip(answers) {
                let (bytes, kept) = (Q::bytes(&answer), Arc::new(Kept { answer, as_of }));
                all_bytes += bytes + OVERHEAD;
                together.insert(segment.0, Arc::clone(&kept));
                app.answers.answers.insert(key(vec![*segment], false), Stored::new(kept, bytes)).await;
            }
            Ok::<_, Fault>(Stored::new(Arc::new(together), all_bytes))
        });
        let stored = found(app, key(unknown.to_vec(), true), work_out).await?;
        let together = stored.value.downcast::<OfSegments<Q::Answer>>();
        let together = together.map_err(|_| Fault::new("answers of another kind were kept"))?;
        all.extend(together.iter().map(|(segment, kept)| (*segment, Arc::clone(kept))));
    }
    Ok(all)
}

/// What is kept under a key, or what is worked out for it now, by one of those who ask.
async fn found(app: &App, key: Key, work_out: impl Future<Output = Result<Stored, Fault>>) -> Result<Stored, Fault> {
    let entry = app.answers.answers.entry(key).or_try_insert_with(work_out).await;
    let entry = entry.map_err(|fault| Fault::of(fault.kind, fault.description()))?;
    app.metrics.figure(entry.is_fresh());
    Ok(entry.into_value())
}

async fn work_out<Q: Asked>(
    app: &App,
    asked: &Q,
    terms: &Terms,
    segments: Option<&[SegmentId]>,
) -> Result<(Vec<Q::Answer>, Millis), Fault> {
    let (answers, zone) = (&app.answers, terms.program.zone);
    let kept = answers.unnamed.kept();
    let moment = Moment::begin(app, zone, asked.needs()).await?;
    let mut beside = Beside { among: vec![Default::default()], unnamed: None, erased: None };
    match (segments, Q::UNKNOWN) {
        // Nobody who is not known belongs to a segment.
        (Some(segments), _) => {
            beside.among = beside::members(moment.txn(), &answers.memberships, segments).await?;
        }
        (None, Unknown::Nothing) => {}
        (None, Unknown::Sales) => beside.unnamed = Some(answers.unnamed.at(moment.txn(), zone, kept).await?),
        (None, Unknown::Persons) => beside.erased = Some(beside::erased(moment.txn(), zone).await?),
    }
    moment.ask(asked.figure(terms, beside)).await
}

fn question<Q: Asked>(asked: &Q, terms: &Terms) -> String {
    format!("{} {asked:?} {}", type_name::<Q>(), terms.text())
}

impl Answers {
    /// The number of what is committed by now. Where it has grown, nothing that is kept is asked for any more.
    async fn number(&self, app: &App) -> Result<u64, Fault> {
        let number = self.pulse.number(app.db.reader()).await?;
        if self.forgotten.fetch_max(number, Ordering::Relaxed) < number {
            self.answers.invalidate_all();
        }
        Ok(number)
    }
}

impl Key {
    fn bytes(&self) -> u32 {
        u32::try_from(self.question.len() + self.of.len() * size_of::<(SegmentId, i64)>()).unwrap_or(u32::MAX)
    }
}

impl Stored {
    fn new(value: Arc<dyn Any + Send + Sync>, bytes: usize) -> Self {
        Self { value, bytes: u32::try_from(bytes + OVERHEAD).unwrap_or(u32::MAX) }
    }
}
