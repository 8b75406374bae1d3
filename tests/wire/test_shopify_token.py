"""Access tokens over real HTTP (reference section 3)."""

from __future__ import annotations

import pytest
from ec_addons.ec_channel_shopify.lib.token import ClientCredentials, Kept, MemoryStore
from ec_addons.ec_unified.lib.errors import SetupError, TransientError
from ec_addons.ec_unified.lib.http import Transport

from tests.wire.fixtures.shopify_wire import (  # noqa: F401
    READ,
    SHOP,
    attempts_fixture,
    client_fixture,
    make,
    server_fixture,
    waits_fixture,
)


def credentials(server, store, clock, attempts, transport=None):
    return ClientCredentials(
        server.url,
        "client-id",
        "client-secret-0001",
        transport=transport or Transport(observer=attempts.append),
        store=store,
        clock=clock,
        sleep=lambda seconds: None,
    )


def test_token_is_fetched_once_and_renewed_early(server, attempts):
    now = [1_000_000.0]
    store = MemoryStore()
    tokens = credentials(server, store, lambda: now[0], attempts)
    server.answer(200, {"access_token": "shpat_a", "scope": "read_orders", "expires_in": 86399})
    assert tokens.token() == tokens.token() == "shpat_a"
    assert len(server.calls) == 1
    assert server.calls[0].path == "/admin/oauth/access_token"
    assert b"grant_type=client_credentials" in server.calls[0].body
    server.script = []
    server.answer(200, {"access_token": "shpat_b", "expires_in": 86399})
    now[0] += 22 * 3600
    assert tokens.token() == "shpat_a"
    now[0] += 1.5 * 3600  # 23.5 h: half an hour before its end
    assert tokens.token() == "shpat_b"


@pytest.mark.parametrize(("life", "good", "late"), [(600, 500, 560), ("60", 50, 57)])
def test_a_short_lived_token_is_not_fetched_for_every_call(server, attempts, life, good, late):
    """Other kinds of apps get tokens for an hour: renewed a tenth of their life before the end."""
    now = [0.0]
    store = MemoryStore()
    server.answer(200, {"access_token": "shpat_a", "expires_in": life})
    server.answer(200, {"access_token": "shpat_b", "expires_in": life})
    for moment, token, calls in ((0, "shpat_a", 1), (good, "shpat_a", 1), (late, "shpat_b", 2)):
        now[0] = float(moment)
        assert credentials(server, store, lambda: now[0], attempts).token() == token
        assert len(server.calls) == calls


@pytest.mark.parametrize("body", [{}, [], {"access_token": ""}, {"access_token": None}, "<html>"])
def test_an_answer_without_token_is_no_token(server, attempts, body):
    server.answer(200, body if isinstance(body, str | dict) else "[]")
    store = MemoryStore()
    with pytest.raises(TransientError):
        credentials(server, store, lambda: 0.0, attempts).token()
    assert store.get() is None


def test_two_processes_share_one_token(server, attempts):
    store = MemoryStore()
    server.answer(200, {"access_token": "shpat_a", "expires_in": 86399})
    first = credentials(server, store, lambda: 0.0, attempts)
    second = credentials(server, store, lambda: 0.0, attempts)
    assert first.token() == second.token()
    assert len(server.calls) == 1


def test_old_token_serves_while_the_token_server_is_down(server, attempts):
    now = [0.0]
    store = MemoryStore()
    store.save(Kept("shpat_a", 1800.0, 0.0))
    server.answer(502, "<html>")
    tokens = credentials(server, store, lambda: now[0], attempts)
    assert tokens.token() == "shpat_a"
    now[0] = 2000.0
    with pytest.raises(TransientError):
        tokens.token()


@pytest.mark.parametrize(
    ("status", "code", "reason"),
    [(400, "shop_not_permitted", "shop_not_permitted"), (400, "app_not_installed", "not_installed"),
     (400, "invalid_client", "unauthorised"), (401, "invalid_client", "unauthorised"),
     (404, None, "wrong_host")],
)  # fmt: skip
def test_refused_token(server, attempts, status, code, reason):
    server.answer(status, {"error": code} if code else "<html>Not Found</html>")
    with pytest.raises(SetupError) as caught:
        credentials(server, MemoryStore(), lambda: 0.0, attempts).token()
    assert caught.value.reason == reason


def test_401_renews_once(server, waits, attempts):
    store = MemoryStore()
    store.save(Kept("shpat_old", 10**12, 10**12))
    tokens = credentials(server, store, lambda: 0.0, attempts)
    client = make(server, waits, attempts, tokens=tokens)
    server.answer(401, {"errors": "[API] Invalid API key or access token"})
    server.answer(200, {"access_token": "shpat_new", "expires_in": 86399})
    server.answer(200, SHOP)
    client.execute(READ)
    sent = [call.headers.get("X-Shopify-Access-Token") for call in server.calls]
    assert sent == ["shpat_old", None, "shpat_new"]


def test_401_takes_the_token_of_another_process(server, waits, attempts):
    store = MemoryStore()
    store.save(Kept("shpat_old", 10**12, 10**12))
    tokens = credentials(server, store, lambda: 0.0, attempts)
    client = make(server, waits, attempts, tokens=tokens)
    server.answer(401, {"errors": "x"})
    server.answer(200, SHOP)
    old = tokens.token()
    store.save(Kept("shpat_other", 10**12, 10**12))
    tokens.token = lambda: old
    client.execute(READ)
    assert server.calls[1].headers["X-Shopify-Access-Token"] == "shpat_other"


def test_401_with_a_permanent_token_is_final(server, client):
    server.answer(401, {"errors": "x"})
    with pytest.raises(SetupError):
        client.execute(READ)
    assert len(server.calls) == 1


def test_no_secret_in_logs_errors_or_attempts(server, waits, attempts, caplog):
    caplog.set_level("DEBUG")
    transport = Transport(secrets=("client-secret-0001",), observer=attempts.append)
    tokens = credentials(server, MemoryStore(), lambda: 0.0, attempts, transport)
    client = make(server, waits, attempts, tokens=tokens, transport=transport)
    server.answer(200, {"access_token": "shpat_secret_9", "expires_in": 86399})
    server.answer(500, "echo shpat_secret_9 client-secret-0001")
    with pytest.raises(TransientError) as caught:
        client.execute(READ)
    text = caplog.text + str(caught.value) + "".join(a.excerpt for a in attempts)
    assert "shpat_secret_9" not in text and "client-secret-0001" not in text
    assert {a.operation for a in attempts} == {"token", READ}


@pytest.mark.parametrize("missing", ["id", "secret", "url"])
def test_missing_credentials(missing):
    values = {"url": "https://x.example", "id": "a", "secret": "b"}
    values[missing] = ""
    with pytest.raises(SetupError) as caught:
        ClientCredentials(values["url"], values["id"], values["secret"], transport=Transport())
    assert caught.value.reason == "credentials_missing"
