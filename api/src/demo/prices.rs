//! What things cost in the programme's currency, in its minor units.

use engine::money::Currency;

use super::chance::rounded;

/// Prices of a currency. The demo's catalogue is thought out in euros; elsewhere the same things cost what is usual.
#[derive(Clone, Copy, Debug)]
pub(super) struct Prices {
    digits: u32,
    per_euro: f64,
}

/// Roughly what a euro buys, for currencies whose prices look quite different.
const LEVELS: [(&str, f64); 38] = [
    ("AED", 4.2),
    ("ARS", 1500.0),
    ("AUD", 1.7),
    ("BHD", 0.43),
    ("BRL", 6.2),
    ("CAD", 1.6),
    ("CLP", 1050.0),
    ("CNY", 8.2),
    ("COP", 4600.0),
    ("CZK", 25.0),
    ("DKK", 7.5),
    ("HKD", 9.0),
    ("HUF", 400.0),
    ("IDR", 18_500.0),
    ("ILS", 4.0),
    ("INR", 98.0),
    ("ISK", 145.0),
    ("JOD", 0.8),
    ("JPY", 165.0),
    ("KRW", 1600.0),
    ("KWD", 0.35),
    ("KZT", 600.0),
    ("MXN", 21.0),
    ("NOK", 11.7),
    ("OMR", 0.44),
    ("PHP", 66.0),
    ("PLN", 4.3),
    ("RON", 5.0),
    ("RSD", 117.0),
    ("SAR", 4.2),
    ("SEK", 11.3),
    ("THB", 38.0),
    ("TND", 3.4),
    ("TRY", 45.0),
    ("TWD", 35.0),
    ("UAH", 48.0),
    ("VND", 29_000.0),
    ("ZAR", 20.5),
];

impl Prices {
    /// The prices of a currency.
    pub(super) fn new(currency: Currency) -> Self {
        let level = LEVELS.iter().find(|(code, _)| *code == currency.code());
        Self { digits: currency.digits(), per_euro: level.map_or(1.0, |(_, level)| *level) }
    }

    /// So many euros, in minor units, to the unit.
    pub(super) fn amount(&self, euros: f64) -> i64 {
        rounded(euros * self.per_euro * self.unit_f64())
    }

    /// The same as a price on a label: 19.99, 1,980 or 7.990.
    pub(super) fn label(&self, euros: f64) -> i64 {
        let amount = self.amount(euros).max(1);
        let (step, below) = match self.digits {
            0 if amount < 1000 => (10, 0),
            0 => (100, 20),
            digits => (10i64.pow(digits), 10i64.pow(digits) / 100),
        };
        let steps = amount / step + i64::from(amount % step * 2 >= step);
        (steps * step - below).max(step / 2)
    }

    /// How many minor units earn a point: one unit of the currency, or a round number of small ones.
    pub(super) fn per_point(&self) -> i64 {
        let zeros = rounded(self.per_euro.log10().floor()).max(0);
        10i64.pow(self.digits + u32::try_from(zeros).unwrap_or(0))
    }

    fn unit_f64(&self) -> f64 {
        10f64.powi(i32::try_from(self.digits).unwrap_or(2))
    }
}
