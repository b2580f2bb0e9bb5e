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
/// A step that leads downwards is halved so often before the search ends.
const MOST_HALVINGS: usize = 40;
/// No step is longer than this in any direction, in logarithms.
const LONGEST_STEP: f64 = 2.0;
/// Rotations of all pairs of axes; a handful is enough.
const MOST_SWEEPS: usize = 50;
/// A step that promises less than this share of the value is the last one: it lies within the value's rounding.
const SMALLEST_GAIN: f64 = 1e-13;
/// What is no further from a bound, in logarithms, is at it.
const AT_BOUND: f64 = 1e-6;
/// Where no step leads upwards, this is the top if less than this share of the value was promised: large logarithms that
/// cancel each other leave so much rounding.
const NOISE: f64 = 1e-9;

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
    let mut converged = false;
    for _ in 0..MOST_STEPS {
        let (mut step, promise) = step_within(&point, &place, &bounds);
        let scale = 1.0 + point.value.abs();
        converged = promise <= SMALLEST_GAIN * scale;
        // The last step is taken even where rounding hides what it brings.
        let least = if converged { point.value - NOISE * scale } else { point.value };
        let mut ahead = None;
        for _ in 0..MOST_HALVINGS {
            let next = clamp(std::array::from_fn(|index| place[index] + step[index]));
            let there = look(&next);
            if there.value > least {
                ahead = Some((next, there));
                break;
            }
            step = step.map(|part| part / 2.0);
        }
        let Some(found) = ahead else {
            converged = promise <= NOISE * scale;
            break;
        };
        (place, point) = found;
        if converged {
            break;
        }
    }
    let at_bound = |index: usize| [-1.0, 1.0].iter().any(|away| outwards(place[index], *away, bounds[index]));
    let inside = !(0..N).any(at_bound);
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

/// Whether a direction leads beyond the bound at which a place is.
fn outwards(place: f64, direction: f64, (least, most): (f64, f64)) -> bool {
    (direction < 0.0 && place <= least + AT_BOUND) || (direction > 0.0 && place >= most - AT_BOUND)
}

/// A step that ends at the first bound it meets, so that it keeps its direction: where parameters balance each other, to
/// cut off one alone would lead far down. Parameters that would leave their bounds at once stay where they are. Beside it
/// stands what the step would bring if it were whole.
fn step_within<const N: usize>(point: &Point<N>, place: &[f64; N], bounds: &[(f64, f64); N]) -> ([f64; N], f64) {
    let mut free: [bool; N] =
        std::array::from_fn(|index| !outwards(place[index], point.gradient[index], bounds[index]));
    loop {
        let step = newton_step(point, &free);
        let leaves = |index: &usize| outwards(place[*index], step[*index], bounds[*index]);
        let leaving: Vec<usize> = (0..N).filter(leaves).collect();
        if leaving.is_empty() {
            let room = |index: usize| {
                let (least, most) = bounds[index];
                if step[index] < 0.0 {
                    (least - place[index]) / step[index]
                } else {
                    (most - place[index]) / step[index]
                }
            };
            let scale = (0..N).filter(|index| step[*index] != 0.0).map(room).fold(1.0, f64::min);
            let promise = step.iter().zip(&point.gradient).map(|(part, slope)| part * slope).sum::<f64>() / 2.0;
            return (step.map(|part| part * scale), promise);
        }
        leaving.into_iter().for_each(|index| free[index] = false);
    }
}

/// Newton's step of the free parameters, taken apart by the directions in which the function is curved. Where it is curved
/// the wrong way, as between two hills, the step leads upwards all the same; where it is all but flat the step is long.
fn newton_step<const N: usize>(point: &Point<N>, free: &[bool; N]) -> [f64; N] {
    let mut curvature = [[0.0; N]; N];
    for row in (0..N).filter(|row| free[*row]) {
        for column in (0..N).filter(|column| free[*column]) {
            curvature[row][column] = point.hessian[row][column];
        }
    }
    let (curved, directions) = directions(curvature);
    let steepest = curved.iter().fold(0.0_f64, |steepest, curve| steepest.max(curve.abs()));
    let mut step = [0.0; N];
    for (curve, direction) in curved.iter().zip(&directions) {
        let slope: f64 =
            (0..N).filter(|index| free[*index]).map(|index| direction[index] * point.gradient[index]).sum();
        if slope != 0.0 {
            let length = (slope / curve.abs().max(steepest * f64::EPSILON)).clamp(-LONGEST_STEP, LONGEST_STEP);
            (0..N).filter(|index| free[*index]).for_each(|index| step[index] += length * direction[index]);
        }
    }
    step
}

/// The eigenvalues of a symmetric matrix, and its eigenvectors as rows, by Jacobi's rotations.
fn directions<const N: usize>(mut matrix: [[f64; N]; N]) -> ([f64; N], [[f64; N]; N]) {
    let mut vectors = [[0.0; N]; N];
    (0..N).for_each(|index| vectors[index][index] = 1.0);
    for _ in 0..MOST_SWEEPS {
        let mut turned = false;
        for one in 0..N {
            for other in one + 1..N {
                let off = matrix[one][other];
                if off.abs() <= f64::EPSILON * (matrix[one][one] * matrix[other][other]).abs().sqrt() * 0.1 {
                    continue;
                }
                turned = true;
                let half = (matrix[other][other] - matrix[one][one]) / (2.0 * off);
                let tangent = half.signum() / (half.abs() + half.hypot(1.0));
                let cosine = tangent.hypot(1.0).recip();
                rotate(&mut matrix, &mut vectors, [one, other], [cosine, tangent * cosine]);
            }
        }
        if !turned {
            break;
        }
    }
    (std::array::from_fn(|index| matrix[index][index]), vectors)
}

/// Turns two axes so that nothing is left between them.
fn rotate<const N: usize>(
    matrix: &mut [[f64; N]; N],
    vectors: &mut [[f64; N]; N],
    [one, other]: [usize; 2],
    [cosine, sine]: [f64; 2],
) {
    let turned = |first: f64, second: f64| (cosine * first - sine * second, sine * first + cosine * second);
    for line in matrix.iter_mut() {
        (line[one], line[other]) = turned(line[one], line[other]);
    }
    for index in 0..N {
        (matrix[one][index], matrix[other][index]) = turned(matrix[one][index], matrix[other][index]);
        (vectors[one][index], vectors[other][index]) = turned(vectors[one][index], vectors[other][index]);
    }
    (matrix[one][other], matrix[other][one]) = (0.0, 0.0);
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
