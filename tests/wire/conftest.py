"""Fixtures of the Rakuten wire tests: a mall, our client on it, its orders."""

import pytest
from ec_addons.ec_channel_rakuten.lib.orders import OrderService

from tests.wire.fixtures.rakuten_mall import client_of, serving


@pytest.fixture
def mall():
    with serving() as mall:
        yield mall


@pytest.fixture
def rms(mall):
    return client_of(mall)


@pytest.fixture
def orders(rms):
    return OrderService(rms)
