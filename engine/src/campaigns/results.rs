//! What a campaign brought.

use rust_decimal::Decimal;

use super::FEW_HELD_OUT;
use super::arm::Arm;
use super::sums::CampaignSums;
use super::warning::Warning;
use crate::figures::ratio;
use crate::money::quotient;
use crate::statistics::{Estimate, Mean, newcombe, split_probability, welch};

/// What can be said of cause and effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// A holdout was drawn before the start: the two sides differ by the campaign and by chance alone.
    Experiment,
    /// Anything else: what was seen, without a word on what caused it.
    Observational,
}

/// What is known of a campaign beside what its members did.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    /// What of the audience was to be held out, 0 to 100.
    pub holdout_percent: Decimal,
    /// Whether that was drawn before the start.
    pub is_drawn: bool,
    /// How many of its days are not over, today included.
    pub days_to_come: i64,
    /// How many of the days after its last one are still to come in which whoever buys again counts as one who stayed.
    pub staying_to_come: i64,
    /// What it cost, in minor units.
    pub cost: i64,
    /// How many were targeted by the draw, whoever was erased since.
    pub drawn_targets: i64,
    /// What of spending remains as margin, 0 to 1, with at most nine digits after the point.
    pub gross_margin: Decimal,
    /// Digits behind the point of the currency.
    pub digits: u32,
}

/// How many members did something with what they got, each counted once: targeted ones, unless said otherwise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Engagement {
    /// It was delivered to them.
    pub delivered: i64,
    /// They opened it.
    pub opened: i64,
    /// They clicked in it.
    pub clicked: i64,
    /// They redeemed it.
    pub redeemed: i64,
    /// Any of the four is known of them: it must have been delivered.
    pub reached: i64,
    /// They opened, clicked or redeemed.
    pub engaged: i64,
    /// Held-out members of whom any of the four is known all the same.
    pub held_out_reached: i64,
}

/// What a campaign brought, in its days. Differences are targeted less held out, by intention to treat: everybody counts
/// on the side to which the draw put them, whatever they got or did. Amounts are in minor units, estimates of amounts in
/// units of the currency.
#[derive(Clone, Debug, PartialEq)]
pub struct Results {
    /// What can be said of cause and effect.
    pub basis: Basis,
    /// What a reader must know.
    pub warnings: Vec<Warning>,
    /// Engaged ÷ reached; none where no delivery is recorded, because nobody knows then how many it reached.
    pub engagement_rate: Option<f64>,
    /// Share of the targeted who made a purchase.
    pub conversion_targeted: f64,
    /// The same of those held out; none where nobody was.
    pub conversion_held_out: Option<f64>,
    /// The difference of the two shares; none unless it is an experiment.
    pub conversion_uplift: Option<Estimate>,
    /// Net spending ÷ members, those who bought nothing included, rounded half-even.
    pub spending_per_member_targeted: i64,
    /// The same of those held out; none where nobody was.
    pub spending_per_member_held_out: Option<i64>,
    /// The difference of the two means; none unless it is an experiment, and with fewer than two members on a side.
    pub spending_uplift: Option<Estimate>,
    /// Net spending ÷ purchases, rounded half-even; none without a purchase.
    pub average_sale_targeted: Option<i64>,
    /// The same of those held out.
    pub average_sale_held_out: Option<i64>,
    /// The difference of the two; none unless it is an experiment, and with fewer than two members with documents on a
    /// side. Who buys may itself be an effect of the campaign, so that it compares sales rather than members.
    pub average_sale_uplift: Option<Estimate>,
    /// What the targeted spent beyond what they would have spent as those held out did; none unless it is an experiment.
    pub incremental_revenue: Option<i64>,
    /// (incremental revenue × gross margin − cost) ÷ cost; none unless it is an experiment, and without a cost. The cost is
    /// that of the targeted who were not erased since, as the revenue is.
    pub return_on_investment: Option<f64>,
    /// Of the targeted who bought in the campaign's days, the share who bought again in the 90 days after them; none while
    /// the campaign's are not over, and where nobody bought.
    pub retention: Option<f64>,
}

/// So lopsided a draw comes about by chance less than once in a thousand times.
const LOPSIDED: f64 = 0.001;

/// What a campaign brought; none where nobody was targeted, so that there is nothing to say.
pub fn results(sums: &CampaignSums, engagement: &Engagement, terms: &Terms) -> Option<Results> {
    let CampaignSums { targeted, held_out } = sums;
    let conversion_targeted = targeted.conversion().value()?;
    let is_experiment = is_experiment(sums, terms);
    let experiment = Some(Difference { targeted, held_out, terms }).filter(|_| is_experiment);
    let spending_uplift = experiment.and_then(|sides| sides.spending());
    Some(Results {
        basis: if is_experiment { Basis::Experiment } else { Basis::Observational },
        warnings: warnings(sums, engagement, terms, spending_uplift.as_ref()),
        engagement_rate: (engagement.delivered > 0).then(|| ratio(engagement.engaged, engagement.reached)),
        conversion_targeted,
        conversion_held_out: held_out.conversion().value(),
        conversion_uplift: experiment.and_then(|sides| sides.conversion()),
        spending_per_member_targeted: targeted.spending.rounded_mean()?,
        spending_per_member_held_out: held_out.spending.rounded_mean(),
        spending_uplift,
        average_sale_targeted: targeted.average_sale(),
        average_sale_held_out: held_out.average_sale(),
        average_sale_uplift: experiment.and_then(|sides| sides.average_sale()),
        incremental_revenue: experiment.and_then(|sides| sides.incremental_revenue()),
        return_on_investment: experiment.and_then(|sides| sides.return_on_investment()),
        retention: targeted.retention().filter(|_| terms.days_to_come <= 0),
    })
}

fn is_experiment(sums: &CampaignSums, terms: &Terms) -> bool {
    terms.is_drawn && sums.held_out.members() > 0
}

fn warnings(sums: &CampaignSums, engagement: &Engagement, terms: &Terms, spending: Option<&Estimate>) -> Vec<Warning> {
    let (targeted, held_out) = (sums.targeted.members(), sums.held_out.members());
    let is_experiment = is_experiment(sums, terms);
    let mut warnings = Vec::new();
    if held_out == 0 {
        warnings.push(Warning::NobodyHeldOut);
    } else if !is_experiment {
        warnings.push(Warning::NotDrawn);
    }
    if is_experiment && held_out < FEW_HELD_OUT {
        warnings.push(Warning::FewHeldOut(held_out));
    }
    let share = super::plan::share_of_percent(terms.holdout_percent);
    let is_lopsided = split_probability(held_out, targeted, share).is_some_and(|chance| chance < LOPSIDED);
    if is_experiment && is_lopsided {
        warnings.push(Warning::LopsidedDraw { targeted, held_out, percent: terms.holdout_percent });
    }
    if engagement.held_out_reached > 0 {
        warnings.push(Warning::HeldOutReached(engagement.held_out_reached));
    }
    if engagement.delivered == 0 && engagement.reached > 0 {
        warnings.push(Warning::NoDelivery);
    }
    if terms.days_to_come > 0 {
        warnings.push(Warning::DaysToCome(terms.days_to_come));
    } else if terms.staying_to_come > 0 && sums.targeted.buyers > 0 {
        warnings.push(Warning::StayingToCome(terms.staying_to_come));
    }
    match spending {
        Some(uplift) if !uplift.is_significant() => warnings.push(Warning::SpendingMayBeChance),
        None if is_experiment && targeted > 1 && held_out > 1 => warnings.push(Warning::SpendingDoesNotVary),
        _ => {}
    }
    warnings
}

/// Both sides of an experiment.
#[derive(Clone, Copy)]
struct Difference<'s> {
    targeted: &'s Arm,
    held_out: &'s Arm,
    terms: &'s Terms,
}

impl Difference<'_> {
    fn conversion(&self) -> Option<Estimate> {
        newcombe(self.targeted.conversion(), self.held_out.conversion())
    }

    fn spending(&self) -> Option<Estimate> {
        self.amounts(|side| Mean::of(&side.spending))
    }

    fn average_sale(&self) -> Option<Estimate> {
        self.amounts(Arm::average_sale_mean)
    }

    fn amounts(&self, mean: impl Fn(&Arm) -> Option<Mean>) -> Option<Estimate> {
        let unit = 10_f64.powi(i32::try_from(self.terms.digits).ok()?);
        Some(welch(&mean(self.targeted)?, &mean(self.held_out)?)?.in_units_of(unit))
    }

    /// What the targeted spent beyond those held out, times how many were held out: a whole number.
    fn increment(&self) -> (i128, i128) {
        let [targeted, held_out] = [self.targeted, self.held_out].map(|side| &side.spending);
        let held = i128::from(held_out.count);
        (targeted.sum * held - i128::from(targeted.count) * held_out.sum, held)
    }

    fn incremental_revenue(&self) -> Option<i64> {
        let (increment, held_out) = self.increment();
        quotient(increment, held_out)
    }

    #[allow(clippy::cast_precision_loss, reason = "quotients of whole numbers")]
    fn return_on_investment(&self) -> Option<f64> {
        let (increment, held_out) = self.increment();
        let margin = self.terms.gross_margin;
        let cost = i128::from(self.terms.cost) * held_out * 10_i128.pow(margin.scale());
        let left = ratio(self.targeted.members(), self.terms.drawn_targets.max(self.targeted.members()));
        (cost > 0).then(|| (increment * margin.mantissa()) as f64 / (cost as f64 * left) - 1.0)
    }
}
