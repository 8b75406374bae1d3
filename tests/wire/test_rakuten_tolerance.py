"""No single odd value keeps an order from arriving, except its own number."""

from __future__ import annotations

from collections import Counter

import pytest
from ec_addons.ec_channel_rakuten.lib.order_parse import parse_order
from ec_addons.ec_channel_rakuten.lib.orders import OrderService
from ec_addons.ec_unified.lib.errors import DataError
from ec_addons.ec_unified.lib.order_math import book_order

from tests.malls.rakuten import SCENARIOS
from tests.wire.fixtures import edits
from tests.wire.fixtures.rakuten_mall import client_of, serving


@pytest.fixture(scope="module", name="models")
def _models():
    """Every situation the simulated mall knows, as the mall sends it."""
    with serving() as mall:
        refs = {mall.place(name): name for name in SCENARIOS}
        found = OrderService(client_of(mall)).get(refs)
        return {refs[number]: model for number, model in found.items()}


def unreadable(models, change):
    """Names of the values that, changed, keep an order from being read."""
    found, tried = set(), Counter()
    for model in models.values():
        for name, changed in edits.edits(model, change, tried):
            try:
                book_order(parse_order(changed))
            except DataError:
                found.add(name)
    return found


@pytest.mark.parametrize("change", [edits.null, edits.gone, edits.empty])
def test_nothing_but_the_number_is_indispensable(models, change):
    assert unreadable(models, change) == {"orderNumber"}


@pytest.mark.parametrize("change", [edits.unknown, edits.unknown_number])
def test_codes_nobody_has_heard_of(models, change):
    assert unreadable(models, change) == set()


@pytest.mark.parametrize("change", [edits.text, edits.extra])
def test_the_same_order_written_otherwise(models, change):
    tried = Counter()
    for situation, model in models.items():
        order = parse_order(model)
        for name, changed in edits.edits(model, change, tried):
            assert parse_order(changed) == order, (situation, name)


def test_only_the_day_of_the_order_must_be_one(models):
    assert unreadable(models, edits.no_time) == {"orderDatetime"}
