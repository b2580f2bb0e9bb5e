//! The highest point of a smooth function of positive parameters, by damped Newton steps on their logarithms.

/// A function's value with its derivatives.
#[derive(Clone, Copy, Debug)]
pub(super) struct Point<const N: usize> {
    pub(super) value: f64,
    pub(super) gradient: [f64; N],
    pub(super) hessian: [[f64; N]; N],
}

/// Where the search ended.
#[derive(Clone, Copy, Debug)]
pub(super) struct Maximum<const N: usize> {
    pub(super) parameters: [f64; N],
    pub(super) value: f64,
    /// Nothing better is near; else the steps ran out.
    pub(super) converged: bool,
    /// No parameter lies at one of its bounds.
    pub(super) inside: bool,
}

/// Far more steps than any data took in tests.
const MOST_STEPS: usize = 200;
/// No parameter moves further at once than by this factor, as a logarithm.
const LONGEST_STEP: f64 = 2.0;
/// A step that promises less than this share of the value is the last one: it lies within the value's rounding.
const SMALLEST_GAIN: f64 = 1e-13;
const FIRST_DAMPING: f64 = 1e-3;

/// The highest point that is found from some starts: from the first one, and from the others as well where that does not
/// end within the bounds.
pub(super) fn highest<const N: usize>(
    first: [f64; N],
    others: impl IntoIterator<Item = [f64; N]>,
    bounds: &[(f64, f64); N],
    mut at: impl FnMut(&[f64; N]) -> Point<N>,
) -> Maximum<N> {
    let mut best = maximise(first, bounds, &mut at);
    for start in others {
        if best.converged && best.inside {
            break;
        }
        let found = maximise(start, bounds, &mut at);
        if found.value > best.value || !best.value.is_finite() {
            best = found;
        }
    }
    best
}

/// Climbs from a start, between bounds, with the derivatives of `at` by the parameters themselves. A parameter that is at
/// a bound and wants to go beyond stays there while the others are moved.
pub(super) fn maximise<const N: usize>(
    start: [f64; N],
    bounds: &[(f64, f64); N],
    mut at: impl FnMut(&[f64; N]) -> Point<N>,
) -> Maximum<N> {
    let bounds = bounds.map(|(least, most)| (least.ln(), most.ln()));
    let clamp = |place: [f64; N]| std::array::from_fn(|index| place[index].clamp(bounds[index].0, bounds[index].1));
    let mut look = |place: &[f64; N]| by_logarithm(at(&place.map(f64::exp)), place);
    let mut place: [f64; N] = clamp(start.map(f64::ln));
    let mut point = look(&place);
    let (mut damping, mut converged) = (0.0, false);
    for _ in 0..MOST_STEPS {
        let free: [bool; N] = std::array::from_fn(|index| {
            let slope = point.gradient[index];
            !(slope <= 0.0 && place[index] <= bounds[index].0 || slope >= 0.0 && place[index] >= bounds[index].1)
        });
        if (0..N).all(|index| !free[index] || point.gradient[index] == 0.0) {
            converged = true;
            break;
        }
        let Some(step) = newton_step(&point, &free, damping) else {
            damping = FIRST_DAMPING.max(damping * 10.0);
            continue;
        };
        let next = clamp(std::array::from_fn(|index| place[index] + step[index]));
        let promise: f64 = (0..N).map(|index| (next[index] - place[index]) * point.gradient[index]).sum::<f64>() / 2.0;
        let there = look(&next);
        let last = promise.abs() <= SMALLEST_GAIN * (1.0 + point.value.abs());
        if there.value > point.value || (last && damping == 0.0 && there.value.is_finite()) {
            (place, point) = (next, there);
            damping = if damping > FIRST_DAMPING { damping / 10.0 } else { 0.0 };
        } else {
            damping = FIRST_DAMPING.max(damping * 10.0);
        }
        if last {
            converged = true;
            break;
        }
    }
    let inside = (0..N).all(|index| bounds[index].0 < place[index] && place[index] < bounds[index].1);
    Maximum { parameters: place.map(f64::exp), value: point.value, converged, inside }
}

/// The derivatives by the logarithms of the parameters.
fn by_logarithm<const N: usize>(mut point: Point<N>, place: &[f64; N]) -> Point<N> {
    let parameters = place.map(f64::exp);
    for row in 0..N {
        point.gradient[row] *= parameters[row];
        for column in 0..N {
            point.hessian[row][column] *= parameters[row] * parameters[column];
        }
        point.hessian[row][row] += point.gradient[row];
    }
    point
}

/// (damping · D − H)⁻¹ g over the free parameters, no longer than the longest step; none where the matrix is not positive
/// definite, so that the step might lead downwards.
fn newton_step<const N: usize>(point: &Point<N>, free: &[bool; N], damping: f64) -> Option<[f64; N]> {
    let mut matrix = [[0.0; N]; N];
    let mut step = [0.0; N];
    for row in 0..N {
        if !free[row] {
            matrix[row][row] = 1.0;
            continue;
        }
        step[row] = point.gradient[row];
        for column in (0..N).filter(|column| free[*column]) {
            matrix[row][column] = -point.hessian[row][column];
        }
        matrix[row][row] += damping * (point.hessian[row][row].abs() + point.gradient[row].abs());
    }
    solve(matrix, &mut step)?;
    let longest = step.iter().fold(0.0_f64, |longest, part| longest.max(part.abs()));
    let scale = if longest > LONGEST_STEP { LONGEST_STEP / longest } else { 1.0 };
    Some(step.map(|part| part * scale))
}

/// Solves a symmetric system in place by Cholesky's decomposition; none unless the matrix is positive definite.
fn solve<const N: usize>(mut matrix: [[f64; N]; N], sides: &mut [f64; N]) -> Option<()> {
    for row in 0..N {
        let scale = matrix[row][row].abs();
        for column in 0..=row {
            let known: f64 = (0..column).map(|index| matrix[row][index] * matrix[column][index]).sum();
            let left = matrix[row][column] - known;
            if row > column {
                matrix[row][column] = left / matrix[column][column];
            } else if left > scale * 1e-13 && left.is_finite() {
                matrix[row][row] = left.sqrt();
            } else {
                return None;
            }
        }
    }
    for row in 0..N {
        let known: f64 = (0..row).map(|index| matrix[row][index] * sides[index]).sum();
        sides[row] = (sides[row] - known) / matrix[row][row];
    }
    for row in (0..N).rev() {
        let known: f64 = (row + 1..N).map(|index| matrix[index][row] * sides[index]).sum();
        sides[row] = (sides[row] - known) / matrix[row][row];
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// −Σ (ln parameter − target)⁴ − (difference)², steep and curved, highest at the targets.
    fn hill(parameters: &[f64; 2]) -> Point<2> {
        let targets = [1.0, -2.0];
        let [first, second] = [0, 1].map(|index| parameters[index].ln() - targets[index]);
        let gradient = [-4.0 * first.powi(3) - 2.0 * (first - second), -4.0 * second.powi(3) + 2.0 * (first - second)];
        let curved = [-12.0 * first.powi(2) - 2.0, -12.0 * second.powi(2) - 2.0];
        let [one, two] = *parameters;
        Point {
            value: -first.powi(4) - second.powi(4) - (first - second).powi(2),
            gradient: [gradient[0] / one, gradient[1] / two],
            hessian: [
                [(curved[0] - gradient[0]) / (one * one), 2.0 / (one * two)],
                [2.0 / (one * two), (curved[1] - gradient[1]) / (two * two)],
            ],
        }
    }

    #[test]
    fn climbs_to_the_top() {
        let found = maximise([1e3, 1e3], &[(1e-6, 1e6); 2], hill);
        assert!(found.converged && found.inside && found.value > -1e-9, "{found:?}");
        assert!((found.parameters[0].ln() - 1.0).abs() < 1e-2 && (found.parameters[1].ln() + 2.0).abs() < 1e-2);
    }

    #[test]
    fn stays_within_its_bounds() {
        let found = maximise([1.0, 1.0], &[(1e-6, 1e6), (1.0, 10.0)], hill);
        assert!(found.converged && !found.inside, "{found:?}");
        assert_eq!(found.parameters[1], 1.0);
        // Along the bound the second difference is 2 and the slope of the first one, d, is −4 d³ − 2 (d − 2).
        let first = found.parameters[0].ln() - 1.0;
        assert!((4.0 * first.powi(3) + 2.0 * (first - 2.0)).abs() < 1e-6, "{found:?}");
    }

    #[test]
    fn a_point_where_nothing_is_to_be_gained_is_found_at_once() {
        let flat = |_: &[f64; 2]| Point { value: 1.0, gradient: [0.0; 2], hessian: [[0.0; 2]; 2] };
        let found = maximise([2.0, 3.0], &[(1e-6, 1e6); 2], flat);
        assert!(found.converged && (found.parameters[0] - 2.0).abs() < 1e-15, "{found:?}");
    }
}
