"""What the connection check finds, and the subscriptions, over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from ec_addons.ec_channel_shopify.lib import webhooks
from ec_addons.ec_channel_shopify.lib.client import ShopifyClient
from ec_addons.ec_channel_shopify.lib.connection import Expectations, check_connection
from ec_addons.ec_channel_shopify.lib.token import MemoryStore, PermanentToken
from ec_addons.ec_unified.lib.errors import SetupError, TransientError
from ec_addons.ec_unified.lib.http import Transport

from tests.wire.fixtures.shopify_shop import (  # noqa: F401
    client_fixture,
    connect,
    fetch,
    shop_fixture,
)

# --- connection ------------------------------------------------------------------------------


def check(client, **wanted):
    report = check_connection(client, Expectations(**wanted))
    return report, {p.reason: (p.blocking, p.params.get("what")) for p in report.problems}


def test_good_connection(shop, client):
    report, problems = check(client, domain=shop.shop_domain)
    assert report.ok and not problems
    assert (report.shop_name, report.currency) == ("例示商店", "JPY")
    assert report.places[0][0].startswith("gid://shopify/Location/")


@pytest.mark.parametrize(
    ("mode", "reason"),
    [("shop_not_permitted", "shop_not_permitted"), ("app_not_installed", "not_installed"),
     ("invalid_client", "unauthorised")],
)  # fmt: skip
def test_refused_credentials_are_named(shop, client, mode, reason):
    shop.configure(token_mode=mode)
    _report, problems = check(client)
    assert list(problems) == [reason] and problems[reason][0]


@pytest.mark.parametrize(
    ("status", "reason"), [(402, "shop_frozen"), (404, "wrong_host"), (423, "shop_frozen")]
)
def test_broken_shop_is_named(shop, client, status, reason):
    shop.configure(http_status=status)
    _report, problems = check(client)
    assert list(problems) == [reason]


def test_each_missing_scope_is_named(shop, client):
    kept = [s for s in shop.settings.scopes if "inventory" not in s and s != "read_all_orders"]
    shop.configure(scopes=kept)
    report = check_connection(
        client, Expectations(import_from=datetime.now(UTC) - timedelta(days=90))
    )
    missing = [p.params["what"] for p in report.problems if p.reason == "scope_missing"]
    assert missing[:2] == ["read_inventory", "write_inventory"]
    assert not report.ok
    assert "order_window" in {p.reason for p in report.problems}


def test_withheld_personal_data_is_named(shop, client):
    shop.place("standard")
    shop.configure(protected_data="level1")  # names come as null: orders arrive without them
    report, problems = check(client)
    assert report.ok and list(problems) == ["protected_data"]
    shop.configure(protected_data="none")  # orders are refused: nothing arrives
    report, problems = check(client)
    assert not report.ok and list(problems) == ["protected_data"]


def test_the_primary_location_comes_first(shop, client):
    """Where one location shows the stock and nobody chose it, it is the first of the list."""
    first, *others, primary = shop.store.locations.values()
    shop.store.locations = {row.id: row for row in (primary, first, *others)}  # asked without id
    report, _problems = check(client)
    assert [ref for ref, _name in report.places] == [r.gid for r in (primary, first, *others)]
    primary.fulfills_online_orders = False  # shows no stock to online buyers
    report, _problems = check(client)
    assert report.places[-1][0] == primary.gid and report.places[0][0] == first.gid


def test_a_check_asks_for_a_new_token(shop):
    """A token fetched before a scope was approved lacks it until it ends; and one that is still
    good hides that the secret is not (section 3)."""
    store = MemoryStore()
    client = connect(shop, store=store)
    client.execute("shop_info")
    before = store.get().token
    assert check(client)[0].ok
    assert store.get().token != before and shop.tokens.count == 2
    shop.configure(token_mode="invalid_client")
    _report, problems = check(client)
    assert list(problems) == ["unauthorised"]


def test_a_token_server_that_is_down_does_not_fail_the_check(shop, client):
    client.execute("shop_info")
    shop.faults.add("503_html", match="oauth.access_token", times=None)
    assert check(client)[0].ok


def test_prices_without_tax_are_named(shop, client):
    shop.configure(taxes_included=False)
    report, problems = check(client)
    assert report.ok and "taxes_not_included" in problems


def test_other_shop_is_named(shop, client):
    _report, problems = check(client, domain="other-shop.myshopify.com")
    assert problems["other_shop"] == (False, shop.shop_domain)


def test_shop_that_is_down_is_no_finding(shop, client):
    shop.faults.add("503_html", times=None)
    with pytest.raises(TransientError):
        check(client)


def test_permanent_token(shop):
    client = connect(shop, permanent=True)
    assert check(client)[0].ok
    shop.configure(permanent_token_valid=False)
    _report, problems = check(client)
    assert list(problems) == ["unauthorised"]


def test_nobody_there():
    client = ShopifyClient(
        "http://127.0.0.1:9", PermanentToken("shpat_x"), transport=Transport(),
        sleep=lambda s: None,
    )  # fmt: skip
    with pytest.raises(TransientError):
        client.execute("shop_info")


# --- subscriptions -----------------------------------------------------------------------------

URI = "http://127.0.0.1:1/ec_unified/shopify/webhook/abc"


def test_subscriptions_are_made_and_repaired(shop, client):
    made, dropped, _refused = webhooks.repair_subscriptions(client, URI)
    assert set(made) == set(webhooks.WEBHOOK_TOPICS) and not dropped
    assert webhooks.repair_subscriptions(client, URI) == ([], [], {})
    first = webhooks.list_subscriptions(client)[0]
    client.execute("webhook_delete", {"id": first.id})
    assert webhooks.repair_subscriptions(client, URI) == ([first.topic], [], {})
    assert webhooks.repair_subscriptions(client, URI, ["ORDERS_UPDATED"])[1]
    assert webhooks.drop_subscriptions(client, URI) == 1


def test_subscriptions_of_others_are_left_alone(shop, client):
    webhooks.repair_subscriptions(client, "http://127.0.0.1:2/other", ["ORDERS_UPDATED"])
    webhooks.repair_subscriptions(client, URI)
    webhooks.drop_subscriptions(client, URI)
    assert [row.uri for row in webhooks.list_subscriptions(client)] == ["http://127.0.0.1:2/other"]


def test_subscription_refused_for_personal_data(shop, client):
    shop.configure(protected_data="none")
    made, _dropped, refused = webhooks.repair_subscriptions(client, URI)
    assert made and "ORDERS_UPDATED" in refused
    assert {error.reason for error in refused.values()} == {"protected_data"}


def test_no_subscription_at_all_is_a_failure(shop, client):
    shop.configure(protected_data="none")
    with pytest.raises(SetupError) as caught:
        webhooks.repair_subscriptions(client, URI, ["ORDERS_CREATE", "ORDERS_UPDATED"])
    assert caught.value.reason == "protected_data"
