"""What schemathesis asks the server with, and how it judges the answers; see clients/fuzz.rs beside the tests.

Of itself it asks for ids and codes at random, which are refused before they lead anywhere. So most of them are
marked here, and the mark is replaced by what belongs in its place.
"""

import atexit
import collections
import dataclasses
import datetime
import json
import os

import graphql
import requests
import schemathesis
from hypothesis import strategies as st
from schemathesis.graphql import nodes, scalar

MARK = "known "

KNOWN = """{
  shop: shops(first: 20) { edges { cursor node { id } } }
  order: ordersReport(first: 20) { edges { cursor node { id externalId } } }
  transaction: transactions(first: 20) { edges { cursor node { id } } }
  affiliate: affiliates(first: 20) { edges { cursor node { id code } } }
  syncRun: syncRuns(first: 20) { edges { cursor node { id } } }
  accessToken: accessTokens(first: 20) { edges { cursor node { id name } } }
  promotedOrderCount: promotedOrderCounts(first: 20) { edges { cursor } }
}"""


def ask(query):
    headers = {"Authorization": f"Bearer {os.environ['TOKEN']}"}
    answer = requests.post(os.environ["URL"], json={"query": query}, headers=headers, timeout=10)
    return answer.json()["data"]


def column(edges, name):
    """A token named `asking` is the one that is asked with: revoking it would end the whole."""
    rows = [edge.get("node", {}) for edge in edges]
    return [row[name] for row in rows if name in row and row.get("name") != "asking"]


def found():
    """What there is to ask for: ids by the kind of row, cursors by the field that pages, words by their argument."""
    lists = {kind: page["edges"] for kind, page in ask(KNOWN).items()}
    ids = {kind: column(edges, "id") for kind, edges in lists.items()}
    cursors = {f"{kind}s": [edge["cursor"] for edge in edges] for kind, edges in lists.items()}
    cursors["ordersReport"] = cursors.pop("orders")
    codes = column(lists["affiliate"], "code")
    words = {
        "code": codes,
        "affiliateCode": codes,
        "externalId": column(lists["order"], "externalId"),
        "nativeStatus": ["new", "processing", "complete", "canceled", "odd"],
        "source": ["api", "file"],
    }
    return ids, cursors, words


IDS, CURSORS, WORDS = found()


def known(field, argument):
    """What an argument may well be, also in an input object of it."""
    if argument in ("after", "before"):
        return CURSORS.get(field) or [""]
    if argument == "runId":
        return IDS["syncRun"]
    kind = field if argument == "id" else argument.removesuffix("Id")
    everything = [value for values in IDS.values() for value in values]
    return WORDS.get(argument) or IDS.get(kind) or everything


class Meant(graphql.Visitor):
    """Replaces the marks of a document."""

    def __init__(self):
        super().__init__()
        self.fields, self.arguments = [], []

    def enter_field(self, node, *_):
        self.fields.append(node.name.value)

    def leave_field(self, node, *_):
        """A page is asked for from one end: from both it is refused, as most would be."""
        self.fields.pop()
        if any(argument.name.value == "first" for argument in node.arguments):
            arguments = tuple(it for it in node.arguments if it.name.value not in ("last", "before"))
            return dataclasses.replace(node, arguments=arguments)

    def enter_argument(self, node, *_):
        self.arguments.append(node.name.value)

    def leave_argument(self, *_):
        self.arguments.pop()

    enter_object_field = enter_argument
    leave_object_field = leave_argument

    def enter_string_value(self, node, *_):
        if node.value.startswith(MARK):
            values = known(self.fields[-1], self.arguments[-1])
            number = int(node.value.removeprefix(MARK))
            return dataclasses.replace(node, value=values[number % len(values)])


@schemathesis.hook
def map_body(context, body):
    return graphql.visit(body, Meant())


def mostly(likely, unlikely):
    return st.one_of(likely, likely, likely, unlikely)


marks = st.integers(0, 19).map(lambda number: f"{MARK}{number}")
days = mostly(st.dates(datetime.date(2026, 1, 1), datetime.date(2026, 12, 31)), st.dates())
times = mostly(st.datetimes(datetime.datetime(2026, 1, 1), datetime.datetime(2026, 12, 31)), st.datetimes())
amounts = mostly(st.decimals(0, 1000, places=2), st.decimals(allow_nan=False, allow_infinity=False))
counts = mostly(st.integers(0, 20), st.integers(-(2**31), 2**31 - 1))
currencies = mostly(st.just("EUR"), st.sampled_from(["JPY", "KWD", "USD", "XXX", "eur"]))

scalar("ID", mostly(marks, st.text()).map(nodes.String))
scalar("String", mostly(marks, st.text()).map(nodes.String))
scalar("Int", counts.map(nodes.Int))
scalar("Date", days.map(str).map(nodes.String))
scalar("DateTime", times.map(lambda time: f"{time.isoformat()}Z").map(nodes.String))
scalar("Decimal", amounts.map(str).map(nodes.String))
scalar("CurrencyCode", currencies.map(nodes.String))

codes, answered = collections.Counter(), collections.Counter()


@schemathesis.check
def is_no_fault_of_the_server(context, response, case):
    errors = response.json().get("errors", [])
    found = [error["extensions"]["code"] for error in errors]
    codes.update(found)
    answered[case.operation.label] += not errors
    assert "INTERNAL" not in found, response.text


@atexit.register
def tell():
    with open(os.environ["TALLY"], "w") as tally:
        json.dump({"codes": codes, "answered": answered}, tally)
