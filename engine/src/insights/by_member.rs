//! What others worked out for members, such as a model.

/// A value for each of some members.
#[derive(Clone, Debug, PartialEq)]
pub struct ByMember<T> {
    /// Rising by id, each once.
    values: Vec<(i64, T)>,
}

impl<T> Default for ByMember<T> {
    fn default() -> Self {
        Self { values: Vec::new() }
    }
}

impl<T: Copy> ByMember<T> {
    /// Values by the ids of their members, in any order; of a member that comes twice the last one stands.
    pub fn new(mut values: Vec<(i64, T)>) -> Self {
        if !values.is_sorted_by(|(one, _), (other, _)| one < other) {
            values.reverse();
            values.sort_by_key(|(member, _)| *member);
            values.dedup_by_key(|(member, _)| *member);
        }
        Self { values }
    }

    /// The value of a member.
    pub fn of(&self, member: i64) -> Option<T> {
        let place = self.values.binary_search_by_key(&member, |(id, _)| *id).ok()?;
        Some(self.values[place].1)
    }

    /// All members with their values, rising.
    pub fn iter(&self) -> impl Iterator<Item = (i64, T)> + '_ {
        self.values.iter().copied()
    }

    /// Answers for members whose ids rise from one call to the next, without searching for each of them.
    pub(super) fn rising(&self, first: Option<&i64>) -> impl FnMut(i64) -> Option<T> + '_ {
        let begin = first.map_or(0, |first| self.values.partition_point(|(id, _)| id < first));
        let mut left = self.values[begin..].iter().peekable();
        move |member| {
            while left.next_if(|(id, _)| *id < member).is_some() {}
            left.next_if(|(id, _)| *id == member).map(|(_, value)| *value)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_get_their_own_value() {
        let values = ByMember::new(vec![(7, 'g'), (2, 'x'), (2, 'b'), (5, 'e')]);
        assert_eq!(
            [1, 2, 5, 6, 7, 8].map(|member| values.of(member)),
            [None, Some('b'), Some('e'), None, Some('g'), None]
        );
        let mut rising = values.rising(Some(&3));
        assert_eq!([3, 5, 6, 9].map(&mut rising), [None, Some('e'), None, None]);
        assert_eq!(ByMember::<char>::default().of(1), None);
    }
}
