"""What every adapter has to fulfil. A channel module's tests inherit ``AdapterContract`` beside
``EcCommon`` (or another TransactionCase) and say how its simulated mall is worked.

Example::

    @tagged("post_install", "-at_install")
    class TestContract(AdapterContract, EcCommon):
        def contract_channel(self): …
"""

import json
from datetime import date, datetime
from decimal import Decimal

from ..lib import data, errors


class AdapterContract:
    """Mixin. The methods under "to be told" are implemented by the channel module."""

    # === TO BE TOLD BY THE CHANNEL MODULE === #

    def contract_channel(self):
        """A channel with right credentials for the (simulated) mall.

        :rtype: ``ec.channel``
        """
        raise NotImplementedError

    def contract_place_order(self, channel):
        """Have a buyer order something at the mall. :return: the order's ref"""
        raise NotImplementedError

    def contract_put_item(self, channel, quantity):
        """Have an item with one SKU in the shop. :return: ``data.SkuKey``"""
        raise NotImplementedError

    def contract_break_credentials(self, channel):
        """Make the stored credentials wrong."""
        raise NotImplementedError

    def contract_mall_down(self, channel):
        """Let every call fail for a passing reason, until ``contract_mall_up``."""
        raise NotImplementedError

    def contract_mall_up(self, channel):
        raise NotImplementedError

    # === FIXTURE === #

    def setUp(self):
        super().setUp()
        self.contract = self.contract_channel()
        self.adapter = self.contract._adapter()

    def _pull(self, cursor=None):
        return list(self.adapter._pull_orders(self.contract, cursor, lambda: []))

    def _documents(self, cursor=None):
        return {doc.ref: doc for page in self._pull(cursor) for doc in page.documents}

    # === CONNECTION === #

    def test_contract_good_connection(self):
        report = self.adapter._check_connection(self.contract)
        self.assertIsInstance(report, data.ConnectionReport)
        self.assertTrue(report.ok, report.problems)
        self.assertTrue(report.shop_name)

    def test_contract_bad_credentials_are_findings(self):
        self.contract_break_credentials(self.contract)
        report = self.adapter._check_connection(self.contract)
        self.assertFalse(report.ok)
        for problem in report.problems:
            text = self.contract._describe_reason(problem.reason, problem.params, "setup")
            self.assertTrue(text, problem.reason)

    def test_contract_mall_down_is_transient(self):
        self.contract_mall_down(self.contract)
        self.addCleanup(self.contract_mall_up, self.contract)
        with self.assertRaises(errors.TransientError):
            self._pull()

    # === ORDERS === #

    def test_contract_pull(self):
        ref = self.contract_place_order(self.contract)
        pages = self._pull()
        self.assertIn(ref, {doc.ref for page in pages for doc in page.documents})
        self.assertFalse(pages[-1].more, "the last page says that nothing waits")
        for page in pages:
            self.assertEqual(json.loads(json.dumps(page.cursor)), page.cursor)
            for doc in page.documents:
                self.assertEqual(json.loads(json.dumps(doc.payload)), doc.payload)
                self.assertTrue(doc.updated_at is None or doc.updated_at.tzinfo)

    def test_contract_pull_goes_on(self):
        first = self.contract_place_order(self.contract)
        cursor = self._pull()[-1].cursor
        second = self.contract_place_order(self.contract)
        self.assertIn(second, self._documents(cursor))
        self.assertNotEqual(first, second)

    def test_contract_same_order_same_document(self):
        ref = self.contract_place_order(self.contract)
        self.assertEqual(self._documents()[ref].digest, self._documents()[ref].digest)

    def test_contract_fetch(self):
        ref = self.contract_place_order(self.contract)
        found = self.adapter._fetch_orders(self.contract, [ref, "no-such-order-0"])
        self.assertEqual([doc.ref for doc in found], [ref])

    def test_contract_parse(self):
        ref = self.contract_place_order(self.contract)
        payload = self._documents()[ref].payload
        order = self.adapter._parse_order(self.contract, payload)
        self.assertEqual(order, self.adapter._parse_order(self.contract, payload))
        self.assertEqual(order.ref, ref)
        self.assertTrue(order.lines)
        self.assertTrue(order.ordered_at.tzinfo)
        self.assertIn(order.payment_state, data.PAYMENT_STATES)
        self.assert_amounts(order)
        self.assert_types(order)

    def assert_amounts(self, order):
        """The money adds up: lines = total = what the buyer pays + what the mall pays."""
        if order.undecided:
            return
        self.assertEqual(order.total, order.buyer_total + order.points + order.mall_coupon)
        for line in order.lines:
            self.assertIn(line.kind, data.LINE_KINDS)
        lines = [line for line in order.lines if line.kind != data.MALL_DISCOUNT]
        self.assertEqual(sum(line.amount for line in lines), order.total)
        last = max((line.destination for line in order.lines), default=0)
        self.assertTrue(not order.destinations or last < len(order.destinations))

    def assert_types(self, value):
        """No float anywhere, every moment with its time zone."""
        if isinstance(value, tuple | list):
            for item in value:
                self.assert_types(item)
        elif hasattr(value, "__dataclass_fields__"):
            for name in value.__dataclass_fields__:
                self.assert_types(getattr(value, name))
        elif isinstance(value, datetime):
            self.assertTrue(value.tzinfo)
        else:
            allowed = str | int | Decimal | date | dict | None
            self.assertIsInstance(value, allowed)

    def test_contract_unreadable_document(self):
        for payload in ({}, {"unexpected": 1}):
            with self.assertRaises(errors.DataError):
                self.adapter._parse_order(self.contract, payload)

    def test_contract_parse_makes_no_query(self):
        ref = self.contract_place_order(self.contract)
        payload = self._documents()[ref].payload
        self.contract.read()
        self.adapter._parse_order(self.contract, payload)
        with self.assertQueryCount(0):
            self.adapter._parse_order(self.contract, payload)

    def test_contract_confirm_is_idempotent(self):
        """A mall that awaits no confirmation has confirmed every order already."""
        ref = self.contract_place_order(self.contract)
        [first] = self.adapter._confirm_orders(self.contract, [ref])
        [second] = self.adapter._confirm_orders(self.contract, [ref])
        self.assertTrue(first.ok)
        self.assertTrue(second.ok and second.already)

    def test_contract_confirm_unknown_order(self):
        awaited = bool(self.adapter._support().get("confirm"))
        ref = self.contract_place_order(self.contract)
        results = self.adapter._confirm_orders(self.contract, [ref, "no-such-order-0"])
        self.assertEqual([result.ok for result in results], [True, not awaited])
        self.assertEqual(isinstance(results[1].error, errors.EcError), awaited)

    # === STOCK AND LISTINGS === #

    def test_contract_stock(self):
        key = self.contract_put_item(self.contract, 5)
        [result] = self.adapter._push_stock(
            self.contract, [data.StockLevel(key=key, quantity=3)], "contract-1"
        )
        self.assertTrue(result.ok, result.error)
        self.assertIn(result.quantity, (3, None))
        self.assertEqual(self.adapter._read_stock(self.contract, [key]), {key.ref: 3})

    def test_contract_stock_of_an_unknown_sku(self):
        good = self.contract_put_item(self.contract, 5)
        bad = data.SkuKey(item_ref="no-such-item", ref="no-such-sku", extra=dict(good.extra))
        levels = [data.StockLevel(key=key, quantity=1) for key in (good, bad)]
        results = self.adapter._push_stock(self.contract, levels, "contract-2")
        by_ref = {result.key.ref: result for result in results}
        self.assertTrue(by_ref[good.ref].ok, "one bad SKU does not stop the others")

    def test_contract_listings(self):
        key = self.contract_put_item(self.contract, 5)
        pages = list(self.adapter._fetch_listings(self.contract, None))
        skus = {sku.ref: sku for p in pages for item in p.listings for sku in item.skus}
        self.assertIn(key.ref, skus)
        self.assertTrue(skus[key.ref].sku_code or skus[key.ref].barcode)
        for page in pages:
            self.assertEqual(json.loads(json.dumps(page.cursor)), page.cursor)

    # === THE REST === #

    def test_contract_limits(self):
        limits = self.adapter._limits(self.contract)
        self.assertIsInstance(limits, data.Limits)
        for name in limits.__dataclass_fields__:
            self.assertGreaterEqual(getattr(limits, name), 1 if name.endswith("_batch") else 0)

    def test_contract_calls_are_observed(self):
        """What was called can be looked up, and holds no secret."""
        self.contract_place_order(self.contract)
        self._pull()
        self.contract._flush_attempts()
        calls = self.env["ec.exchange.attempt"].search([("channel_id", "=", self.contract.id)])
        self.assertTrue(calls)
        for secret in self.contract._secrets():
            self.assertNotIn(secret, str(calls.read()))
