"""A shipping day of both malls, with the real adapters over HTTP: from ready to "mall told".

300 orders go through batch, label files of three tools, the files these tools give back, validation
and the malls; what a mall refuses comes back to the clerk. A shorter day is walked in a browser.
"""

import base64
import csv
import io
import json
import zipfile
from collections import Counter

from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from odoo.addons.ec_shipping_jp.lib import standard

from .both_malls import CUP, TEA, BothMalls

HOME = {
    "zip": "150-0001", "city": "渋谷区", "street": "神宮前1-2-3", "phone": "03-0000-1234",
}  # fmt: skip
#: What a tool gives back, per layout of what went in: issued layout, row of (key, number).
TOOLS = {
    "yamato_b2cloud": ("yamato_b2cloud_issued", lambda key, no: [key, "0", "0", no, ""]),
    "sagawa_ehiden3": (
        "sagawa_ehiden3_issued",
        lambda key, no: [no, "", "", *[""] * 15, key, *[""] * 72],
    ),
    "japanpost_yupuri_117": ("japanpost_history", lambda key, no: [key, no, "", "", "", ""]),
}


class ShippingDay(BothMalls):
    offered = 1000
    shelf = {TEA: 2000, CUP: 2000}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.partner_id.write(
            {**HOME, "state_id": cls.env.ref("base.state_jp_jp-13").id,
             "country_id": cls.env.ref("base.jp").id}
        )  # fmt: skip
        cls.company._ec_load_shipping()
        cls.numbers = iter(f"{n}{n % 7}" for n in range(10000000000, 10000100000))
        cls.told = {}

    def setUp(self):
        super().setUp()
        self.shop_r, self.shop_s = self.connect()
        self._carriers()

    def _carriers(self):
        """Rakuten by Yamato, Shopify by Sagawa, what is many by the post."""
        self.env["ec.carrier.rule"].search([]).active = False
        rules = (
            ("japanpost", {"min_quantity": 3, "sequence": 1}),
            ("sagawa", {"channel_ids": [Command.set(self.shop_s.ids)], "sequence": 2}),
            ("yamato", {"sequence": 3}),
        )
        for name, vals in rules:
            carrier = self.env.ref(f"ec_shipping_jp.carrier_{name}")
            carrier.write({"ec_account": "0300001234", "ec_label_form": "1100780"})
            self.env["ec.carrier.rule"].create(
                {"name": name, "carrier_id": carrier.id, "company_id": self.company.id, **vals}
            )

    def receive(self, first, second):
        """Orders of both malls, ready to ship; returns their deliveries."""
        for number in range(first):
            lines = [{"sku": TEA, "quantity": 1 + number % 4}]
            self.rakuten.place("ready", lines=lines, payment=1)
        for number in range(second):
            self.shopify.buy(
                lines=[{"sku": TEA, "quantity": 1}, {"sku": CUP, "quantity": 1 + number % 2}],
                payment="card",
            )
        shops = self.shop_r | self.shop_s
        shops.action_pull_orders()
        orders = self.env["sale.order"].search([("ec_channel_id", "in", shops.ids)])
        orders.ec_check_ids.filtered(lambda c: c.state == "open").action_clear()
        self.assertEqual(Counter(orders.mapped("ec_channel_id.provider")), Counter(
            {"rakuten": 1, "shopify": 1}), "both malls")  # fmt: skip
        self.assertEqual(Counter(o.ec_stage for o in orders), Counter({"ready": first + second}))
        return orders.picking_ids

    # --- what the tools outside do ---

    def tool(self, code, content):
        """The carrier's tool: takes the label file, prints, and gives back its own file.

        :return: (issued layout, file)
        """
        profile = standard.load(code)
        rows = list(csv.reader(io.StringIO(content.decode(profile.encoding), newline="")))
        rows = rows[1:] if profile.header == "yes" else rows
        key_at = profile.by_source("key").index - 1
        count_at = profile.by_source("parcels").index - 1
        issued, make = TOOLS[code]
        lines = []
        for row in rows:
            for _parcel in range(int(row[count_at] or 1)):
                number = next(self.numbers)
                self.told.setdefault(row[key_at], []).append(number)
                lines.append(",".join(make(row[key_at], number)))
        return issued, "\r\n".join([*lines, ""]).encode("cp932")

    def issued_files(self, name, content):
        """What all tools give back for an export, by issued layout."""
        if not name.endswith(".zip"):
            return [self.tool(name.rsplit("_", 2)[0], content)]
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return [self.tool(n.rsplit("_", 2)[0], archive.read(n)) for n in archive.namelist()]

    def read(self, layout, content):
        """A clerk reads an issued file and applies it."""
        profile = self.env["ec.label.profile"].search([("code", "=", layout)])
        values = {
            "profile_id": profile.id, "file": base64.b64encode(content), "file_name": "issued.csv",
        }  # fmt: skip
        wizard = self.env["ec.tracking.import"].with_user(self.clerk).create(values)
        wizard.action_read()
        wizard.action_apply()
        return wizard

    # --- the malls' own figures ---

    def shown(self, order):
        """(numbers, carriers) the mall shows of an order."""
        if order.ec_channel_id == self.shop_r:
            rows = self.rakuten.order(order.ec_order_ref)["shipments"]
            return (
                sorted(row["shippingNumber"] for row in rows),
                {row["deliveryCompany"] for row in rows},
            )
        rows = self.shopify.order(order.ec_order_ref)["shipments"]
        rows = [row for row in rows if row["status"] != "CANCELLED"]
        return sorted(n for row in rows for n in row["numbers"]), {row["company"] for row in rows}

    def assert_told(self, pickings):
        """Every mall shows exactly the numbers of its orders, and the ticks say so."""
        company = {
            (self.shop_r, "yamato"): "1001", (self.shop_r, "japanpost"): "1003",
            (self.shop_s, "sagawa"): "Sagawa (JA)", (self.shop_s, "japanpost"): "Japan Post (JA)",
        }  # fmt: skip
        for picking in pickings:
            numbers, companies = self.shown(picking.sale_id)
            self.assertEqual(numbers, sorted(self.told[picking.ec_key]), picking.ec_order_number)
            key = (picking.ec_channel_id, picking.carrier_id.ec_carrier_code)
            self.assertEqual(companies, {company[key]})
            steps = {row["step"]: row for row in picking.ec_ticks}
            for step in ("checked", "picked", "labelled", "shipped", "told"):
                self.assertEqual(steps[step]["state"], "done", step)
                self.assertTrue(steps[step]["at"], step)
            self.assertEqual(steps["labelled"]["user"], self.clerk.name)


@tagged("post_install", "-at_install")
class TestShippingDay(ShippingDay):
    def test_three_hundred_orders(self):
        pickings = self.receive(200, 100)
        self.assertEqual(len(pickings), 300)
        carriers = Counter(pickings.mapped("carrier_id.ec_carrier_code"))
        self.assertEqual(set(carriers), {"yamato", "sagawa", "japanpost"})
        pickings.filtered(lambda p: p.carrier_id.ec_carrier_code == "yamato")[:7].write(
            {"ec_parcel_count": 2}
        )
        self._batches(pickings)
        files = self._labels(pickings)
        for layout, content in files:
            wizard = self.read(layout, content)
            self.assertEqual(set(wizard.line_ids.mapped("state")), {"new"}, layout)
        self.assertEqual(Counter(p.state for p in pickings), Counter({"done": 300}))
        refused = self._cancel_some(pickings)
        (self.shop_r | self.shop_s).action_push_shipments()
        self.assert_told(pickings - refused)
        stages = Counter(p.sale_id.ec_stage for p in pickings - refused)
        self.assertEqual(stages, Counter({"done": 296}))
        self.assertEqual(self.rakuten.calls.get("updateOrderShippingAsync"), 2)
        self.assertFalse(self.rakuten.calls.get("updateOrderShipping"))
        self._refusals(pickings, refused)
        self._again(pickings - refused, files)
        self._corrections(pickings - refused)
        shipped = self.rakuten.run_batch()["shipped"]
        self.assertEqual(len(shipped), 198, "Rakuten counts them as shipped")

    def _batches(self, pickings):
        wizard = self.env["ec.batch.build"].with_user(self.clerk).create(
            {"picking_ids": [Command.set(pickings.ids)], "max_size": 100}
        )  # fmt: skip
        batches = self.env["stock.picking.batch"].search(wizard.action_build()["domain"])
        self.assertEqual(batches.picking_ids, pickings)
        for batch in batches:
            self.assertEqual(len(batch.picking_ids.carrier_id), 1)
            self.assertLessEqual(len(batch.picking_ids), 100)
        batches.with_user(self.clerk).action_ec_picked()

    def _labels(self, pickings):
        """One export makes the files of all three tools; each tool gives its own back."""
        export = self.env["ec.label.export"].with_user(self.clerk).create(
            {"picking_ids": [Command.set(pickings.ids)]}
        )  # fmt: skip
        export.action_export()
        self.assertEqual(export.state, "done", export.error_text)
        files = self.issued_files(export.file_name, base64.b64decode(export.file))
        self.assertEqual(len(files), 3)
        self.assertEqual(set(self.told), set(pickings.mapped("ec_key")))
        return files

    def _cancel_some(self, pickings):
        """Two orders of each mall are cancelled there while the parcels are on their way."""
        mine = pickings.filtered(lambda p: p.ec_channel_id == self.shop_r)[:2]
        for picking in mine:
            self.rakuten.store.orders[picking.sale_id.ec_order_ref].progress = 900
        others = pickings.filtered(lambda p: p.ec_channel_id == self.shop_s)[:2]
        for picking in others:
            self.shopify.event(picking.sale_id.ec_order_ref, "buyer_cancel")
        return mine | others

    def _refusals(self, pickings, refused):
        """They stand on the clerk's list with the reason, and nowhere as told."""
        listed = self.env["stock.picking"].with_user(self.clerk).search(
            [("ec_told_problem", "!=", False)]
        )  # fmt: skip
        self.assertEqual(set(listed.ids), set(refused.ids))
        for picking in listed:
            self.assertIn("cancel", picking.ec_told_problem.lower().replace("キャンセル", "cancel"))
            self.assertFalse(picking.sale_id.ec_mall_told)
            self.assertEqual(picking.sale_id.ec_stage, "shipped")
        owed = self.env["ec.exchange"].search([("kind", "=", "shipment"), ("state", "=", "failed")])
        self.assertEqual(set(owed.mapped("res_id")), set(refused.sale_id.ids))

    def _again(self, pickings, files):
        """The same files once more: nothing is told twice."""
        before = (dict(self.rakuten.calls), dict(self.shopify.calls))
        for layout, content in files:
            self.assertEqual(set(self.read(layout, content).line_ids.mapped("state")), {"same"})
        (self.shop_r | self.shop_s).action_push_shipments()
        self.assertEqual((dict(self.rakuten.calls), dict(self.shopify.calls)), before)
        self.assert_told(pickings)

    def _corrections(self, pickings):
        """A clerk corrects one number per mall, and takes one back."""
        by_shop = pickings.grouped("ec_channel_id")
        wrong = by_shop[self.shop_r][-1] | by_shop[self.shop_s][-1]
        for picking in wrong:
            number = next(self.numbers)
            picking.with_user(self.clerk).carrier_tracking_ref = number
            self.told[picking.ec_key] = [number]
        gone = by_shop[self.shop_r].filtered(lambda p: len(p.ec_parcel_ids) == 2)[:1]
        keep = gone.ec_parcel_ids[0].number
        gone.with_user(self.clerk).carrier_tracking_ref = keep
        self.told[gone.ec_key] = [keep]
        self.assertFalse((wrong | gone).sale_id.filtered("ec_mall_told"))
        (self.shop_r | self.shop_s).action_push_shipments()
        self.assert_told(pickings)


@tagged("post_install", "-at_install")
class TestShippingDayTour(ShippingDay, HttpCase):
    browser_size = "1400x900"

    def test_in_the_browser(self):
        self.clerk.write({"lang": "ja_JP", "password": "ec-clerk-day"})
        pickings = self.receive(6, 4).sorted("id")
        action = self.env.ref("ec_shipping_jp.action_ec_shipping")
        self.start_tour(f"/odoo/action-{action.id}", "ec_shipping_day_out", login="ec-clerk")
        self.assertEqual(len(pickings.batch_id), 4, "by carrier, and single items apart")
        export = self.env["ec.label.export"].search([("state", "=", "done")], limit=1)
        files = self.issued_files(export.file_name, base64.b64decode(export.file))
        for layout, content in files:
            profile = self.env["ec.label.profile"].search([("code", "=", layout)])
            facts = {
                "layout": profile.with_context(lang="ja_JP").name,
                "file": base64.b64encode(content).decode(),
            }
            script = f"sessionStorage.setItem('ec_tour', {json.dumps(json.dumps(facts))})"
            options = json.dumps({"stepDelay": 0, "startUrl": "/odoo/shop-tracking"})
            self.start_tour(
                "/odoo/shop-tracking",
                "ec_shipping_day_in",
                login="ec-clerk",
                code=f"{script}; odoo.startTour('ec_shipping_day_in', {options})",
            )
        self.env.invalidate_all()
        self.assertEqual(set(pickings.mapped("state")), {"done"})
        (self.shop_r | self.shop_s).action_push_shipments()
        self.assert_told(pickings)
        self.start_tour(f"/odoo/action-{action.id}", "ec_shipping_day_told", login="ec-clerk")
