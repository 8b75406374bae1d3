"""Small print of the writes to orders: memo, sub-status, cancel, drop-off (2.1, 2.9)."""

from __future__ import annotations

import pytest
from ec_addons.ec_channel_rakuten.lib.order_change import build
from ec_addons.ec_channel_rakuten.lib.orders import OrderService
from ec_addons.ec_channel_rakuten.lib.shipping import _request_id
from ec_addons.ec_unified.lib.data import Address
from ec_addons.ec_unified.lib.data_change import OrderChange
from ec_addons.ec_unified.lib.errors import ConflictError, DataError, UncertainWriteError

from tests.wire.fixtures.rakuten_models import NUMBER, item, order, package, plain_order


class _Client:
    """One order and a script of answers to writes."""

    def __init__(self, *answers, **changes):
        self.answers, self.model, self.calls = list(answers), plain_order(**changes), []

    def get_order(self, numbers):
        self.calls.append(("get", tuple(numbers)))
        return {"OrderModelList": [self.model]}

    def _write(self, *call):
        self.calls.append(call)
        answer = self.answers.pop(0) if self.answers else {}
        if isinstance(answer, Exception):
            raise answer
        return answer

    def update_memo(self, number, memo):
        self.model["memo"] = memo
        return self._write("memo", memo)

    def update_sub_status(self, ref, numbers):
        return self._write("status", ref, tuple(numbers))

    def cancel_order(self, number, reason, restore, *, after_shipping=False):
        return self._write("cancel", reason, restore, after_shipping)

    def written(self):
        return [call for call in self.calls if call[0] != "get"]


def refusal(code, says="x"):
    return DataError("refused", code=f"ORDER_EXT_API_X_{code}", params={"says": says})


# === Memo ===


@pytest.mark.parametrize("ends", ["\n", "\r\n", " \n"])
def test_a_note_of_several_lines_is_written_once(ends):
    """Its answer may be lost: the next try finds it, however the mall writes line ends."""
    client = _Client(UncertainWriteError("?"), memo="店舗の覚え書き")
    note = "電話済み\n不在のため再度"
    with pytest.raises(UncertainWriteError):
        OrderService(client).append_memo(NUMBER, note)
    client.model["memo"] = client.model["memo"].replace("\n", ends)
    OrderService(client).append_memo(NUMBER, note)
    assert client.written() == [("memo", f"店舗の覚え書き\n{note}")]


def test_a_part_of_a_line_is_not_the_note():
    client = _Client(memo="電話済みではない")
    OrderService(client).append_memo(NUMBER, "電話済み")
    assert client.written() == [("memo", "電話済みではない\n電話済み")]


def test_what_others_wrote_is_not_cut_off():
    client = _Client(memo="あ" * 995)
    with pytest.raises(DataError) as caught:
        OrderService(client).append_memo(NUMBER, "電話済み。")
    assert caught.value.reason == "memo_full"
    assert not client.written()
    OrderService(client).append_memo(NUMBER, "電話済")
    assert len(client.model["memo"]) == 999


def test_a_memo_refused_while_somebody_edits_the_order():
    with pytest.raises(ConflictError) as caught:
        OrderService(_Client(refusal("ERROR_777", "編集中"))).append_memo(NUMBER, "x")
    assert caught.value.params["says"] == "編集中"
    with pytest.raises(DataError):
        OrderService(_Client(refusal("ERROR_011"))).append_memo(NUMBER, "x")


# === Sub-status ===


def message(kind, **extra):
    return {"messageType": kind, "messageCode": f"X_{kind}_101", "message": "x", **extra}


def test_one_word_for_all_orders_counts_for_each():
    client = _Client({"MessageModelList": [message("INFO")]})
    results = OrderService(client).set_sub_status(3601, ["1", "2"])
    assert [result.ok for result in results] == [True, True]


def test_silence_about_one_of_several_is_no_success():
    client = _Client({"MessageModelList": [message("INFO", orderNumber="1")]})
    results = OrderService(client).set_sub_status(3601, ["1", "2"])
    assert [result.ok for result in results] == [True, False]


def test_a_refused_sub_status_says_why():
    answers = [
        message("ERROR", orderNumber="1") | {"messageCode": "X_ERROR_101", "message": "キャンセル"},
        message("ERROR", orderNumber="2") | {"messageCode": "X_ERROR_102", "message": "設定不可"},
    ]
    client = _Client({"MessageModelList": answers})
    cancelled, unfit = OrderService(client).set_sub_status(3601, ["1", "2"])
    assert (cancelled.error.reason, cancelled.error.params["state"]) == (
        "wrong_state", "キャンセル確定",
    )  # fmt: skip
    assert (unfit.error.reason, unfit.error.params["says"]) == ("refused", "設定不可")
    assert type(unfit.error) is ConflictError


# === Cancel ===


def test_a_pending_cancel_is_completed():
    """2.1: at 800 cancelOrderAfterShipping completes what may be waiting for the shop."""
    client = _Client(progress=800)
    result = OrderService(client).cancel(NUMBER, 8, True)
    assert result.ok and result.already
    assert client.written() == [("cancel", 8, 1, True)]


@pytest.mark.parametrize("error", [refusal("ERROR_777"), UncertainWriteError("?")])
def test_a_pending_cancel_the_mall_completes_itself(error):
    result = OrderService(_Client(error, progress=800)).cancel(NUMBER, 8, True)
    assert result.ok and result.already


def test_a_cancel_refused_while_somebody_edits_the_order():
    result = OrderService(_Client(refusal("ERROR_777", "編集中"))).cancel(NUMBER, 8, True)
    assert type(result.error) is ConflictError and result.error.params["says"] == "編集中"
    result = OrderService(_Client(refusal("ERROR_011"))).cancel(NUMBER, 8, True)
    assert type(result.error) is DataError


# === Confirm ===


def test_a_late_confirmation_names_the_state(mall, orders):
    ref = mall.place("buyer_cancelled")
    (result,) = orders.confirm([ref])
    assert result.error.params["state"] == "キャンセル確定"


# === Read ===


def test_orders_left_out_without_a_word_are_asked_for_again():
    class Partial:
        asked = []

        def get_order(self, numbers):
            self.asked.append(list(numbers))
            known = [n for n in numbers if n != "404"][:2]
            gone = [message("INFO", orderNumber=n) for n in numbers if n == "404"]
            return {
                "OrderModelList": [{"orderNumber": n} for n in known], "MessageModelList": gone,
            }  # fmt: skip

    client = Partial()
    assert set(OrderService(client).get(["1", "404", "2", "3"])) == {"1", "2", "3"}
    assert client.asked == [["1", "404", "2", "3"], ["3"]]


# === Change ===


def test_a_drop_off_that_is_not_wished_is_not_sent():
    """2.9: dropOffLocation null = not used; a place would turn it on."""
    model = order(
        package(501, [item(11, 1000)], dropOffFlag=0, dropOffLocation="車庫"),
        package(502, [item(12, 1000)], dropOffFlag=1, dropOffLocation="玄関前"),
    )
    body = build(model, OrderChange(order_ref=NUMBER, quantities={"11": 1}))
    places = [row["dropOffLocation"] for row in body["PackageModelList"]]
    assert places == [None, "玄関前"]


@pytest.mark.parametrize(
    ("name", "kana", "sent"),
    [
        ("例示 次郎", None, (None, None)),
        ("例示 次郎", "レイジ ジロウ", ("レイジ", "ジロウ")),
        ("試験 花子", None, ("シケン", "ハナコ")),
    ],
)
def test_the_reading_of_a_name_goes_with_the_name(name, kana, sent):
    address = Address(
        name=name, kana=kana, zip="1500000", state_code="JP-13", city="見本区", street="仮町1"
    )
    body = build(plain_order(), OrderChange(order_ref=NUMBER, address=address))
    person = body["PackageModelList"][0]["SenderModel"]
    assert (person["familyNameKana"], person["firstNameKana"]) == sent


# === Asynchronous parcels ===


def test_the_request_id_may_stand_in_any_message():
    answer = {"MessageModelList": [message("WARNING"), message("INFO", requestId="r-1")]}
    assert _request_id(answer) == "r-1"
    with pytest.raises(DataError):
        _request_id({"MessageModelList": [message("ERROR", requestId=None)]})
