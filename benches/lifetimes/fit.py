"""Fits the models of lifetimes to the customers of CDNOW as of 30 September 1997: each line on standard input is answered
with a line of JSON, the parameters and how long the two fits took.

Usage: fit.py TRANSACTIONS.csv.gz. The customers are summed up before, which is not counted. The first time the models are
fitted to each customer by itself and to equal ones together, from then on in the form that took less.
"""

import json
import sys
import time
from importlib.metadata import version

import pandas
from lifetimes import BetaGeoFitter, GammaGammaFitter
from lifetimes.utils import summary_data_from_transaction_data

CALIBRATED = "1997-09-30"


def customers(file):
    """Repeats, weeks until the last one, weeks until now, and what a repeat was worth on average."""
    sales = pandas.read_csv(file, parse_dates=["date"])
    summary = summary_data_from_transaction_data(
        sales, "customer_id", "date", monetary_value_col="amount", observation_period_end=CALIBRATED, freq="D"
    )
    summary["recency"] /= 7
    summary["T"] /= 7
    return summary


ALL = customers(sys.argv[1])
SPENDING = ALL[(ALL["frequency"] > 0) & (ALL["monetary_value"] > 0)]
HISTORIES = ALL.groupby(["frequency", "recency", "T"]).size().reset_index(name="customers")


def each_customer():
    purchases = BetaGeoFitter().fit(ALL["frequency"], ALL["recency"], ALL["T"])
    return purchases, GammaGammaFitter().fit(SPENDING["frequency"], SPENDING["monetary_value"])


def equal_customers_together():
    histories = HISTORIES
    purchases = BetaGeoFitter().fit(
        histories["frequency"], histories["recency"], histories["T"], weights=histories["customers"]
    )
    return purchases, GammaGammaFitter().fit(SPENDING["frequency"], SPENDING["monetary_value"])


def timed(form):
    began = time.perf_counter()
    purchases, spending = form()
    seconds = time.perf_counter() - began
    parameters = {**purchases.params_.to_dict(), **spending.params_.to_dict()}
    return {"seconds": seconds, "form": form.__name__, "parameters": parameters}


def main():
    print(json.dumps({"version": version("lifetimes"), "customers": len(ALL)}), flush=True)
    form = None
    for _ in sys.stdin:
        if form is None:
            tried = [(timed(form), timed(form)["seconds"], form) for form in (each_customer, equal_customers_together)]
            form = min(tried, key=lambda one: one[1])[2]
        print(json.dumps(timed(form)), flush=True)


main()
