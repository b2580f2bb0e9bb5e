//! The expected orders once more, as an integral: slower than the series, but good wherever that is not.

use super::history::Past;
use super::purchase::PurchaseModel;

/// The first distance of the points; it is halved until nothing changes any more.
const FIRST_DISTANCE: f64 = 0.25;
const MOST_HALVINGS: u32 = 9;
const ENOUGH: f64 = 1e-13;
/// Shares of the sums that can be left out.
const NOTHING: f64 = 1e-18;
/// Points on either side beyond which no sum goes on, whatever the parameters.
const FURTHEST: f64 = 40.0;

/// The expected orders within each span of weeks, given that the customer has not left: the mean of what is expected at a
/// given chance p to leave, (1 − (1 + p t ÷ (α + T))^−(r + x)) ÷ p, over the beta distribution of a and b + x that p
/// follows, which is how equation 10 of Fader, Hardie and Lee (2005) comes about.
///
/// With p = 1 ÷ (1 + exp(−v)), v = centre + width · sinh u, both ends of the integral fall off doubly exponentially, and the
/// trapezoidal rule is as good as exact (Takahasi and Mori 1974).
pub(super) fn expected_by_quadrature<const N: usize>(model: &PurchaseModel, past: &Past, weeks: &[f64; N]) -> [f64; N] {
    let curve = Curve::of(model, past, weeks);
    let mut sums = curve.side(0.0, FIRST_DISTANCE, 1.0);
    sums.add(&curve.side(-FIRST_DISTANCE, FIRST_DISTANCE, -1.0));
    let mut expected = sums.means();
    let mut distance = FIRST_DISTANCE;
    for _ in 0..MOST_HALVINGS {
        // The points in the middle between those that are known.
        sums.add(&curve.side(distance / 2.0, distance, 1.0));
        sums.add(&curve.side(-distance / 2.0, distance, -1.0));
        distance /= 2.0;
        let finer = sums.means();
        let same = (0..N).all(|lane| (finer[lane] - expected[lane]).abs() <= ENOUGH * finer[lane].abs());
        expected = finer;
        if same {
            break;
        }
    }
    expected
}

/// What is integrated.
struct Curve<const N: usize> {
    a: f64,
    stay: f64,
    orders: f64,
    /// Spans of time ÷ (α + T).
    spans: [f64; N],
    centre: f64,
    width: f64,
    /// The logarithm of the weight at the centre, where it is largest.
    top: f64,
}

/// The weights of some points, and what is expected there times the weights.
struct Sums<const N: usize> {
    weight: f64,
    orders: [f64; N],
}

impl<const N: usize> Curve<N> {
    fn of(model: &PurchaseModel, past: &Past, weeks: &[f64; N]) -> Self {
        let (a, stay) = (model.a, model.b + past.repeats);
        let centre = (a / stay).ln();
        let width = (4.0 * (a.recip() + stay.recip()).sqrt()).min(std::f64::consts::PI);
        let spans = weeks.map(|span| span / (model.alpha + past.age));
        let curve = Self { a, stay, orders: model.r + past.repeats, spans, centre, width, top: 0.0 };
        Self { top: curve.logarithm(centre), ..curve }
    }

    /// ln p^a (1 − p)^stay without the top.
    fn logarithm(&self, v: f64) -> f64 {
        let small = (-v.abs()).exp().ln_1p();
        -(self.a * ((-v).max(0.0) + small) + self.stay * (v.max(0.0) + small)) - self.top
    }

    /// The points from one on in one direction.
    fn side(&self, from: f64, distance: f64, direction: f64) -> Sums<N> {
        let mut sums = Sums { weight: 0.0, orders: [0.0; N] };
        let mut u = from;
        while u.abs() < FURTHEST {
            let v = self.centre + self.width * u.sinh();
            let weight = self.logarithm(v).exp() * u.cosh();
            let leave = (1.0 + (-v).exp()).recip();
            let (mut small, most) = (weight <= NOTHING * sums.weight, self.orders);
            sums.weight += weight;
            for lane in 0..N {
                let orders = self.expected(leave, self.spans[lane]);
                small &= weight * most * self.spans[lane] <= NOTHING * sums.orders[lane];
                sums.orders[lane] += weight * orders;
            }
            if small {
                break;
            }
            u += direction * distance;
        }
        sums
    }

    /// What is expected at a chance to leave, as it tends to 0 as well.
    fn expected(&self, leave: f64, span: f64) -> f64 {
        if leave * span < 1e-290 {
            return self.orders * span;
        }
        -(-self.orders * (leave * span).ln_1p()).exp_m1() / leave
    }
}

impl<const N: usize> Sums<N> {
    fn add(&mut self, other: &Self) {
        self.weight += other.weight;
        for lane in 0..N {
            self.orders[lane] += other.orders[lane];
        }
    }

    fn means(&self) -> [f64; N] {
        self.orders.map(|orders| orders / self.weight)
    }
}
