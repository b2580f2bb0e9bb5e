//! The net promoter score.

use chrono::NaiveDate;

use super::{Among, Figure, Note, Period};
use crate::facts::{Dictionary, Facts};
use crate::figures::ratio;
use crate::rules::NpsGroup;

/// Each member's latest answer in a period.
#[derive(Clone, Debug)]
pub struct Nps {
    /// The survey, in any spelling; any survey where it is not given.
    pub survey: Option<String>,
    /// The days.
    pub period: Period,
    /// The local day.
    pub today: NaiveDate,
    /// Whom it is over.
    pub among: Among,
}

/// What they answered.
#[derive(Clone, Debug, PartialEq)]
pub struct NpsResult {
    /// The local day for which it holds.
    pub as_of: NaiveDate,
    /// Promoters less detractors, as a share of the responses, from −100 to 100; none without responses.
    pub score: Option<f64>,
    /// Members with an answer.
    pub responses: i64,
    /// 9 and 10.
    pub promoters: i64,
    /// 7 and 8.
    pub passives: i64,
    /// 0 to 6.
    pub detractors: i64,
    /// The lower end of the 95 % interval of the score; none without responses.
    pub low: Option<f64>,
    /// Its upper end.
    pub high: Option<f64>,
    /// What a reader must know.
    pub notes: Vec<Note>,
}

/// What some parts say together.
#[derive(Clone, Copy, Debug, Default)]
pub struct NpsPart {
    promoters: i64,
    passives: i64,
    detractors: i64,
}

/// The 97.5th percentile of the normal distribution.
const Z: f64 = 1.959_963_984_540_054;

impl Figure for Nps {
    type Part = NpsPart;
    type Answer = NpsResult;

    fn part(&self, facts: &Facts, dictionary: &Dictionary) -> NpsPart {
        let mut part = NpsPart::default();
        let days = self.period.numbers();
        let survey = match self.survey.as_ref().map(|survey| dictionary.find(survey)) {
            Some(None) => return part,
            Some(Some(survey)) => Some(survey),
            None => None,
        };
        for row in self.among.rows(facts) {
            let mut answers = facts.feedback.of(row).iter().rev();
            let asked =
                answers.find(|answer| days.contain(answer.day) && survey.is_none_or(|survey| survey == answer.survey));
            match asked.map(|answer| NpsGroup::of(answer.score.into())) {
                Some(NpsGroup::Promoter) => part.promoters += 1,
                Some(NpsGroup::Passive) => part.passives += 1,
                Some(NpsGroup::Detractor) => part.detractors += 1,
                None => {}
            }
        }
        part
    }

    fn merge(&self, whole: &mut NpsPart, part: NpsPart) {
        whole.promoters += part.promoters;
        whole.passives += part.passives;
        whole.detractors += part.detractors;
    }

    fn answer(&self, NpsPart { promoters, passives, detractors }: NpsPart) -> NpsResult {
        let responses = promoters + passives + detractors;
        let interval = (responses > 0).then(|| interval(promoters, passives, detractors));
        NpsResult {
            as_of: self.today,
            score: (responses > 0).then(|| 100.0 * ratio(promoters - detractors, responses)),
            responses,
            promoters,
            passives,
            detractors,
            low: interval.map(|(low, _)| low),
            high: interval.map(|(_, high)| high),
            notes: if responses > 0 { Vec::new() } else { vec![Note::Nothing] },
        }
    }
}

/// The 95 % interval of the score by adjusted Wald: with three pseudo-responses, ¾ of a promoter, 1½ passives and ¾ of
/// a detractor, added to the counts, and p and d the shares of promoters and detractors among the n that result, it is
///
/// `p − d ± z·√((p + d − (p − d)²) ÷ n)`
///
/// clipped to what a score can be (Rocks, The American Statistician 70, 2016, after Bonett and Price 2012).
fn interval(promoters: i64, passives: i64, detractors: i64) -> (f64, f64) {
    // In quarters of a response, so that the counts stay whole.
    let quarters = 4 * (promoters + passives + detractors) + 12;
    let promoting = ratio(4 * promoters + 3, quarters);
    let detracting = ratio(4 * detractors + 3, quarters);
    let score = promoting - detracting;
    let variance = (promoting + detracting - score * score).max(0.0) / ratio(quarters, 4);
    let margin = Z * variance.sqrt();
    (100.0 * (score - margin).max(-1.0), 100.0 * (score + margin).min(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand: 20 promoters, 10 passives, 6 detractors give n = 39, p = 20.75 ÷ 39, d = 6.75 ÷ 39, so p − d = 14 ÷
    /// 39 and the variance is (27.5 ÷ 39 − (14 ÷ 39)²) ÷ 39 = 0.0147760.
    #[test]
    fn the_interval_is_that_of_the_formula() {
        let (low, high) = interval(20, 10, 6);
        let (middle, variance) = (14.0 / 39.0, (27.5 / 39.0 - (14.0 / 39.0) * (14.0 / 39.0)) / 39.0_f64);
        assert!((low - 100.0 * (middle - 1.959_964 * variance.sqrt())).abs() < 1e-4, "{low}");
        assert!((low - 12.07275).abs() < 1e-4 && (high - 59.72212).abs() < 1e-4, "{low} {high}");
    }

    #[test]
    fn the_interval_is_wide_but_never_beyond_what_a_score_can_be() {
        assert_eq!(interval(400, 0, 0).1, 100.0);
        assert_eq!(interval(0, 0, 400).0, -100.0);
        // One promoter: n = 4, p − d = ¼, the variance (⅝ − 1/16) ÷ 4 = ⅜², so the interval is ¼ ± ⅜·z.
        let (low, high) = interval(1, 0, 0);
        assert!((low + 48.498_649).abs() < 1e-5 && (high - 98.498_649).abs() < 1e-5, "{low} {high}");
        let (low, high) = interval(50_000_000, 0, 50_000_000);
        assert!(low < 0.0 && high > 0.0 && high - low < 0.05, "{low} {high}");
    }
}
