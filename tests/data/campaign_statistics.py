"""Writes campaign_statistics.json, the numbers that the engine's intervals, tests and draws are held against.

    python3 -m venv /tmp/statistics && /tmp/statistics/bin/pip install scipy==1.17.1 statsmodels==0.15.0
    /tmp/statistics/bin/python tests/data/campaign_statistics.py

The same packages give the same file, digit by digit.
"""

import json
import math
from fractions import Fraction
from pathlib import Path

import numpy as np
from scipy import optimize, stats
from statsmodels.stats.proportion import confint_proportions_2indep, power_proportions_2indep, proportion_confint


def newcombe():
    published = [(56, 70, 48, 80), (9, 10, 3, 10), (6, 7, 2, 7), (5, 56, 0, 29), (0, 10, 0, 20), (0, 10, 0, 10), (10, 10, 0, 20), (10, 10, 0, 10)]
    others = [(1, 2, 0, 1), (120, 9000, 8, 1000), (4312, 90000, 455, 10000), (500000, 1000000, 49000, 100000), (3, 100000, 0, 100), (250, 500, 250, 500), (17, 40, 23, 35), (99999, 100000, 9990, 10000)]
    for one, all_one, other, all_other in published + others:
        bounds = lambda alpha: confint_proportions_2indep(one, all_one, other, all_other, method="newcomb", compare="diff", alpha=alpha)
        low, high = bounds(0.05)
        difference = one / all_one - other / all_other
        near = (lambda alpha: bounds(alpha)[0]) if difference > 0 else (lambda alpha: bounds(alpha)[1])
        # The confidence at which the interval just reaches zero, looked for on the scale of its logarithm.
        p = 1.0 if difference == 0 else math.exp(optimize.brentq(lambda log: near(math.exp(log)), -600, -1e-12, xtol=1e-15, rtol=1e-14))
        yield {"one": [one, all_one], "other": [other, all_other], "low": float(low), "high": float(high), "p": p}


def wilson():
    for part, whole in [(0, 1), (0, 10), (1, 1), (81, 263), (15, 148), (1, 29), (500, 1000000), (999, 1000)]:
        low, high = proportion_confint(part, whole, method="wilson")
        yield {"part": part, "whole": whole, "low": float(low), "high": float(high)}


def variance(numbers):
    mean = Fraction(sum(numbers), len(numbers))
    return sum((number - mean) ** 2 for number in numbers) / (len(numbers) - 1)


def welch():
    random = np.random.default_rng(20261127)

    def spending(count, bought, mean, offset=0):
        amounts = np.round(random.lognormal(math.log(mean), 1.0, count) * (random.random(count) < bought))
        return [int(amount) + offset for amount in amounts]

    groups = [
        ([3, 4, 1, 2], [10, 20, 15]),
        ([0, 1], [5, 9, 7, 5]),
        ([0] * 50 + [1], [0] * 10),
        (spending(2000, 0.1, 3500), spending(220, 0.08, 3500)),
        (spending(9000, 0.3, 12000), spending(1000, 0.25, 12000)),
        ([-amount for amount in spending(40, 0.9, 700)], spending(30, 0.9, 700)),
        # Amounts far larger than their spread, which a sum of squares in floats would lose.
        (spending(300, 0.5, 40, 10**12), spending(200, 0.5, 40, 10**12 + 7)),
    ]
    for one, other in groups:
        mean_one, mean_other = Fraction(sum(one), len(one)), Fraction(sum(other), len(other))
        variance_one, variance_other = variance(one), variance(other)
        test = stats.ttest_ind_from_stats(0.0, math.sqrt(variance_one), len(one), float(mean_other - mean_one), math.sqrt(variance_other), len(other), equal_var=False)
        ends = lambda: test_interval(variance_one, len(one), variance_other, len(other))
        degrees, reach = ends()
        difference = float(mean_one - mean_other)
        if max(map(abs, one + other)) < 10**9:
            direct = stats.ttest_ind(one, other, equal_var=False)
            interval = direct.confidence_interval(0.95)
            assert math.isclose(direct.pvalue, test.pvalue, rel_tol=1e-8), (direct, test)
            assert np.allclose([interval.low, interval.high], [difference - reach, difference + reach], rtol=1e-9)
        moments = [[str(len(numbers)), str(sum(numbers)), str(sum(number * number for number in numbers))] for numbers in (one, other)]
        yield {
            "one": moments[0], "other": moments[1], "variances": [float(variance_one), float(variance_other)],
            "value": difference, "low": difference - reach, "high": difference + reach, "p": float(test.pvalue),
        }


def test_interval(variance_one, count_one, variance_other, count_other):
    errors = [variance_one / count_one, variance_other / count_other]
    degrees = float(sum(errors) ** 2 / (errors[0] ** 2 / (count_one - 1) + errors[1] ** 2 / (count_other - 1)))
    return degrees, float(stats.t.ppf(0.975, degrees)) * math.sqrt(sum(errors))


def average_sale():
    """Quotients of spending and purchases, whose variance is that of the deviations, linearised."""
    random = np.random.default_rng(4711)

    def side(count, mean):
        purchases = random.poisson(1.5, count)
        spending = [int(sum(np.round(random.exponential(mean, number)))) for number in purchases]
        return [(amount, int(number)) for amount, number in zip(spending, purchases)]

    for one, other in [(side(400, 3000), side(60, 2500)), (side(30, 500), side(25, 900)), ([(1000, 1), (500, 2)], [(700, 1), (300, 0), (900, 3)])]:
        groups = []
        for members in (one, other):
            active = [(amount, number) for amount, number in members if amount or number]
            amounts, numbers = np.array(active, dtype=float).T
            quotient = amounts.sum() / numbers.sum()
            deviations = (amounts - quotient * numbers) / numbers.mean()
            groups.append((quotient, deviations.std(ddof=1), len(active)))
        (first, spread_one, count_one), (second, spread_other, count_other) = groups
        test = stats.ttest_ind_from_stats(first, spread_one, count_one, second, spread_other, count_other, equal_var=False)
        _, reach = test_interval(spread_one**2, count_one, spread_other**2, count_other)
        yield {"one": one, "other": other, "value": first - second, "low": first - second - reach, "high": first - second + reach, "p": float(test.pvalue)}


def student():
    for degrees in [1, 1.5, 2, 3.7, 5, 10, 29.3, 100, 777.7, 1999, 2000, 5000, 1e5, 1.1e5, 1e7, 1e9]:
        for t in [0.0, 0.1, 1.0, 1.96, 3.5, 6.0]:
            yield {"degrees": degrees, "t": t, "p": float(2 * stats.t.sf(t, degrees)), "distance": float(stats.t.ppf(0.975, degrees))}


def split():
    for first, second, share in [(900, 100, 0.9), (880, 120, 0.9), (5, 5, 0.5), (0, 40, 0.1), (901234, 98766, 0.9), (902500, 97500, 0.9), (3, 0, 0.5)]:
        everybody = first + second
        p = stats.chisquare([first, second], [everybody * share, everybody * (1 - share)]).pvalue
        yield {"first": first, "second": second, "share": share, "p": float(p)}


def power():
    for base in [0.0, 0.01, 0.05, 0.3, 0.5, 0.9]:
        for first, second in [(900, 100), (90000, 10000), (500, 500), (1000000, 50000), (45, 5)]:
            at = lambda difference: power_proportions_2indep(difference, base, first, ratio=second / first, return_results=False)
            most = 1 - base
            some = most / 4
            detectable = float(optimize.brentq(lambda difference: at(difference) - 0.8, 1e-12, most * (1 - 1e-12), xtol=1e-15)) if at(most * (1 - 1e-12)) >= 0.8 else None
            yield {"base": base, "first": first, "second": second, "difference": some, "power": float(at(some)), "detectable": detectable}


def draws():
    """FNV-1a of the salt, and the output step of SplitMix64."""
    mask = 2**64 - 1

    def step(number):
        number = (number + 0x9E3779B97F4A7C15) & mask
        number = ((number ^ (number >> 30)) * 0xBF58476D1CE4E5B9) & mask
        number = ((number ^ (number >> 27)) * 0x94D049BB133111EB) & mask
        return number ^ (number >> 31)

    for campaign, percent in [(1, "10"), (2, "10"), (7, "12.5"), (123456789, "50")]:
        seed = 0xCBF29CE484222325
        for byte in f"\x01campaign\x01{campaign}".encode():
            seed = ((seed ^ byte) * 0x100000001B3) & mask
        held_out = [member for member in range(1, 201) if Fraction(step(seed ^ step(member)), 2**64) < Fraction(percent) / 100]
        yield {"campaign": campaign, "percent": percent, "members": 200, "heldOut": held_out}


if __name__ == "__main__":
    parts = [newcombe, wilson, welch, average_sale, student, split, power, draws]
    lines = [f"  {json.dumps(part.__name__)}: [\n    " + ",\n    ".join(json.dumps(case) for case in part()) + "\n  ]" for part in parts]
    Path(__file__).with_suffix(".json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
