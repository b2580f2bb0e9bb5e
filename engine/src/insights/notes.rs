//! What a reader of a figure must know beside its numbers.

use chrono::NaiveDate;

/// Something that a reader must know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Note {
    /// The programme began less than 12 months ago, on this day.
    SinceLaunch(NaiveDate),
    /// The programme begins after the period, on this day.
    BeforeLaunch(NaiveDate),
    /// So many sales have no customer that is known.
    UnnamedSales(i64),
    /// There is nobody, or nothing, to say something about.
    Nothing,
    /// There is no value model, so that predicted values are left out.
    NoPredictions,
    /// The value model does not know what customers spend, so that predicted values are left out.
    NoPredictedValues,
    /// Nobody's chance of an order is known, so that it decides nothing.
    NoChances,
    /// There was no net spending in the last 12 months, so that nobody has a share of it.
    NoRevenue,
    /// Outstanding is what the period added, not the balance at its end.
    OutstandingOfPeriod,
    /// Fewer than half of those who could redeem are known to have done so: there is no median yet.
    FewerThanHalfRedeemed,
    /// So many redeemed before they had earned enough, and are left out of the time to redeem.
    RedeemedBefore(i64),
    /// The past is judged by the returns that are known today.
    ReturnsAsKnownToday,
}

impl Note {
    /// The note as a sentence for a person.
    pub fn sentence(&self) -> String {
        match self {
            Self::SinceLaunch(day) => format!("The programme began on {day}, so the period is shorter than 12 months."),
            Self::BeforeLaunch(day) => format!("The launch day of the programme, {day}, lies after this period."),
            Self::UnnamedSales(1) => "1 sale without a known customer counts in transactions, revenue and average \
                                      order value, and in no figure per customer."
                .to_owned(),
            Self::UnnamedSales(sales) => format!(
                "{sales} sales without a known customer count in transactions, revenue and average order value, and \
                 in no figure per customer."
            ),
            Self::Nothing => "There are no data for this yet.".to_owned(),
            Self::NoPredictions => {
                "There is no value model yet, so predicted values are left out and values hold the past alone."
                    .to_owned()
            }
            Self::NoPredictedValues => {
                "The value model does not tell what customers spend, so predicted values are left \
                                        out and values hold the past alone."
                    .to_owned()
            }
            Self::NoChances => {
                "Nobody's chance of an order is known, so that it decides nothing about who can grow.".to_owned()
            }
            Self::NoRevenue => {
                "There was no net spending in the last 12 months, so all shares of revenue are 0.".to_owned()
            }
            Self::OutstandingOfPeriod => {
                "Outstanding is what this period added to the balance, not the balance at its end.".to_owned()
            }
            Self::FewerThanHalfRedeemed => {
                "Fewer than half of those who could redeem are known to have done so, so there is no median yet."
                    .to_owned()
            }
            Self::RedeemedBefore(members) => format!(
                "Members who redeemed before they had earned as much are left out of the time to redeem: {members}."
            ),
            Self::ReturnsAsKnownToday => {
                "Past days are judged by the returns that are known today, which were not all known then.".to_owned()
            }
        }
    }
}
