"""Answers the bench's questions about insights: a question as a line of JSON on standard input, an answer as one on standard
output. The first time a question is put in all of its forms, from then on in the form that took least.

Usage: insights.py FOLDER TODAY (see shop.py).
"""

import json
import sys
import time

import duckdb
import figures

FORMS = {
    "snapshot": [figures.snapshot_by_member, figures.snapshot_at_once],
    "rfm": [figures.rfm_by_bounds, figures.rfm_by_rank],
    "retention": [figures.retention_by_bits, figures.retention_by_pairs],
    "points": [figures.points],
    "profile_country": [figures.profile_country],
    "profile_category": [figures.profile_category_by_bits, figures.profile_category_by_pairs],
    "missing": [figures.missing],
}
chosen = {}


def timed(form, values):
    began = time.perf_counter()
    answer = form(**values)
    return time.perf_counter() - began, answer


def choose(name, values):
    """The form that answers soonest, after a first time that does not count; all must say the same."""
    tried = [(timed(form, values), timed(form, values), form) for form in FORMS[name]]
    answers = [answer for (_, answer), _, _ in tried]
    assert all(answer == answers[0] for answer in answers), f"the forms of {name} do not agree: {answers}"
    return min(tried, key=lambda one: one[1][0])[2]


def main():
    print(json.dumps({"version": duckdb.__version__}), flush=True)
    for line in sys.stdin:
        question = json.loads(line)
        name, values = question["name"], question["with"]
        if name not in chosen:
            chosen[name] = choose(name, values)
        seconds, answer = timed(chosen[name], values)
        print(json.dumps({"seconds": seconds, "form": chosen[name].__name__, "answer": answer}), flush=True)


main()
