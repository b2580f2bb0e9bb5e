//! Everybody's facts in pieces, so that a change touches a small part of them.

use std::ops::Range;
use std::sync::Arc;

use engine::facts::Facts;
use rayon::prelude::*;

/// How many members a chunk has, or a few more or less.
pub(super) const MEMBERS: usize = 4_096;

/// The chunks with some members as they are now, and without those that are gone. `by` numbers its texts as the chunks
/// do; `gone` rises. Only what is touched is made anew.
pub(super) fn replaced(chunks: &[Arc<Facts>], by: &Facts, gone: &[i64]) -> Vec<Arc<Facts>> {
    if chunks.is_empty() {
        return split(by.part(0..by.len()));
    }
    let first = |place: usize| chunks.get(place).and_then(|chunk| chunk.members().first()).copied();
    // The first chunk takes whoever comes before, the last one whoever comes behind.
    let until =
        |ids: &[i64], place: usize| first(place).map_or(ids.len(), |first| ids.partition_point(|id| *id < first));
    let span = |ids: &[i64], place: usize| -> Range<usize> {
        (if place == 0 { 0 } else { until(ids, place) })..until(ids, place + 1)
    };
    let anew = |(place, chunk): (usize, &Arc<Facts>)| {
        let (rows, gone) = (span(by.members(), place), &gone[span(gone, place)]);
        if rows.is_empty() && gone.is_empty() {
            return vec![Arc::clone(chunk)];
        }
        split(chunk.replaced(&by.part(rows), |member| gone.binary_search(&member).is_ok()))
    };
    chunks.par_iter().enumerate().flat_map_iter(anew).collect()
}

/// A chunk, in parts where it has grown too large.
fn split(mut facts: Facts) -> Vec<Arc<Facts>> {
    let members = facts.len();
    if members <= 2 * MEMBERS {
        facts.compact();
        return Some(facts).filter(|facts| !facts.is_empty()).map(Arc::new).into_iter().collect();
    }
    let parts = (0..members).step_by(MEMBERS).map(|from| facts.part(from..members.min(from + MEMBERS)));
    let compact = |mut part: Facts| {
        part.compact();
        Arc::new(part)
    };
    parts.map(compact).collect()
}

#[cfg(test)]
mod tests {
    use engine::facts::{Builder, Dictionary, MemberRow};

    use super::*;

    fn facts(members: impl IntoIterator<Item = (i64, i32)>, dictionary: &mut Dictionary) -> Facts {
        let mut builder = Builder::new(dictionary);
        for (id, number) in members {
            builder.member(&MemberRow {
                id,
                number: &number.to_string(),
                email: None,
                enrolled: None,
                birth: None,
                gender: None,
                country: None,
                region: None,
                city: Some("Kraków"),
                postal_code: None,
                tier: None,
                marketing_consent: true,
                attributes: "{}",
            });
            builder.label("n", &number.to_string());
        }
        builder.finish()
    }

    fn joined(chunks: &[Arc<Facts>]) -> Facts {
        chunks.iter().fold(Facts::default(), |all, chunk| all.replaced(chunk, |_| false))
    }

    #[test]
    fn members_come_go_and_change_wherever_they_stand() {
        let mut dictionary = Dictionary::default();
        let mut chunks = replaced(&[], &facts((0..20_000).map(|id| (id * 2, 0)), &mut dictionary), &[]);
        assert_eq!(chunks.iter().map(|chunk| chunk.len()).collect::<Vec<_>>(), [4_096, 4_096, 4_096, 4_096, 3_616]);
        let untouched = Arc::clone(&chunks[2]);
        let by = facts([(-3, 1), (5, 2), (8, 3), (39_998, 4), (40_001, 5)], &mut dictionary);
        chunks = replaced(&chunks, &by, &[0, 3, 39_996, 50_000]);
        assert!(Arc::ptr_eq(&chunks[2], &untouched));
        let numbers = [(-3, 1), (5, 2), (8, 3), (39_998, 4), (40_001, 5)];
        let number = |id: i64| numbers.iter().find(|(of, _)| *of == id).map_or(0, |(_, number)| *number);
        let mut ids: Vec<i64> = (1..19_998).map(|id| id * 2).chain([-3, 5, 39_998, 40_001]).collect();
        ids.sort_unstable();
        assert_eq!(joined(&chunks), facts(ids.into_iter().map(|id| (id, number(id))), &mut dictionary));
        // Many at the end, then nobody at all.
        let grown = facts((0..9_000).map(|id| (60_000 + id, 7)), &mut dictionary);
        chunks = replaced(&chunks, &grown, &[]);
        assert!(chunks.iter().all(|chunk| chunk.len() <= 2 * MEMBERS));
        let all: Vec<i64> = chunks.iter().flat_map(|chunk| chunk.members().to_vec()).collect();
        assert!(all.is_sorted() && all.len() == 29_001, "{}", all.len());
        assert!(replaced(&chunks, &Facts::default(), &all).is_empty());
    }
}
