"""The web page: items, buying, orders."""

from __future__ import annotations

import base64
import urllib.error
import urllib.parse
import urllib.request

import pytest

pytest_plugins = ["tests.malls.rakuten.fixtures"]

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n-not-a-real-picture").decode()


def page(mall, path="/", form=None):
    data = urllib.parse.urlencode(form).encode() if form else None
    with urllib.request.urlopen(mall.base_url + path, data, timeout=5) as answer:
        return answer.url, answer.read()


def test_items_are_shown(mall):
    text = page(mall)[1].decode()
    assert "模擬モール" in text and "有田焼 小皿 青海波" in text and "1,650円" in text
    assert text.count('class="card"') == 10
    assert "残りわずか：3" in text and "税別 10%" in text
    assert mall.calls == {}, "the page is no API call"


def test_buying_lowers_the_stock_and_survives_a_reload(mall):
    url, body = page(mall, "/buy", {"sku": "AR-KZ01", "quantity": "2"})
    ref = mall.orders()[0]["ref"]
    assert url.endswith(f"/?ordered={ref}") and ref in body.decode()
    assert mall.stock()["AR-KZ01"] == 28
    page(mall, url[len(mall.base_url) :])
    assert len(mall.orders()) == 1


@pytest.mark.parametrize(
    "form",
    [
        {"sku": "AR-KZ01", "quantity": "31"},
        {"sku": "none"},
        {"sku": "AR-KZ01", "quantity": "x"},
        {"sku": "AR-KZ01", "quantity": "0"},
    ],
)
def test_refused_purchases(mall, form):
    with pytest.raises(urllib.error.HTTPError) as caught:
        page(mall, "/buy", form)
    with caught.value as error:
        assert error.code == 409 and "note bad" in error.read().decode()
    assert mall.orders() == [] and mall.stock()["AR-KZ01"] == 30


def test_names_are_escaped(mall):
    mall.add_items([{"sku": "X<1>", "name": "<script>x</script>", "price": 1, "stock": 1}])
    text = page(mall)[1].decode()
    assert "<script>" not in text and "&lt;script&gt;" in text


def test_picture_of_an_item(mall):
    mall.add_items([{"sku": "P 1", "name": "絵", "price": 1, "stock": 1, "image_png_base64": PNG}])
    assert page(mall, "/img/P%201")[1].startswith(b"\x89PNG")


def test_orders_without_items(mall):
    mall.reset()
    text = page(mall)[1].decode()
    assert "商品はまだありません" in text and "まだ注文はありません" in text
