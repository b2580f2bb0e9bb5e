//! The second derivative of ln Γ.

/// From here on six terms of the asymptotic series are exact.
const LARGE: f64 = 12.0;

/// ψ′(x) for x above 0: the asymptotic series (Abramowitz and Stegun 6.4.12), reached by ψ′(x) = ψ′(x + 1) + 1 ÷ x² (6.4.6).
pub(super) fn trigamma(x: f64) -> f64 {
    let (mut x, mut sum) = (x, 0.0);
    while x < LARGE {
        sum += (x * x).recip();
        x += 1.0;
    }
    let inverse = x.recip();
    let square = inverse * inverse;
    let tail = 1.0 / 6.0
        - square
            * (1.0 / 30.0
                - square * (1.0 / 42.0 - square * (1.0 / 30.0 - square * (5.0 / 66.0 - square * 691.0 / 2730.0))));
    sum + inverse + square / 2.0 + inverse * square * tail
}

#[cfg(test)]
mod tests {
    use std::f64::consts::PI;

    use super::*;

    #[test]
    fn it_is_known_at_some_points() {
        // Abramowitz and Stegun, 6.4.2 and 6.4.4; ψ′(¼) = π² + 8 G with Catalan's constant.
        let catalan = 0.915_965_594_177_219;
        let known = [
            (1.0, PI * PI / 6.0),
            (0.5, PI * PI / 2.0),
            (2.0, PI * PI / 6.0 - 1.0),
            (0.25, PI * PI + 8.0 * catalan),
            (1e-6, 1e12 + PI * PI / 6.0),
            (1e6, 1e-6 + 0.5e-12 + 1e-18 / 6.0),
        ];
        for (x, expected) in known {
            assert!((trigamma(x) / expected - 1.0).abs() < 1e-14, "{x}: {} for {expected}", trigamma(x));
        }
    }
}
