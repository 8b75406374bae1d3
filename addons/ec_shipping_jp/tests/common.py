"""Orders of the fake mall on their way out."""

import base64
from datetime import datetime
from unittest.mock import patch

from odoo.addons.ec_unified.tests.order_common import OrderCommon

from ..models.ec_shipping_calendar import EcShippingCalendar

#: A Thursday, 9 o'clock in Japan; Monday the 23rd is a holiday.
NOW = datetime(2026, 11, 19, 9, 0)


class ShippingCommon(OrderCommon):
    moment = NOW

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(
            patch.object(EcShippingCalendar, "_local_now", lambda self, company: cls.moment)
        )
        cls.company.partner_id.write(
            {
                "zip": "150-0001",
                "state_id": cls.env.ref("base.state_jp_jp-13").id,
                "country_id": cls.env.ref("base.jp").id,
                "city": "渋谷区",
                "street": "神宮前1-2-3",
                "phone": "03-0000-1234",
            }
        )
        cls.company._ec_load_shipping()
        cls.yamato = cls.env.ref("ec_shipping_jp.carrier_yamato")
        cls.sagawa = cls.env.ref("ec_shipping_jp.carrier_sagawa")
        cls.mail = cls.env.ref("ec_shipping_jp.carrier_yamato_mail")
        (cls.yamato | cls.sagawa | cls.mail).ec_account = "0300001234"
        cls.profiles = {p.code: p for p in cls.env["ec.label.profile"].search([])}
        cls.calendar = cls.company.ec_calendar_ids[:1]
        cls.env["ec.carrier.rule"].search([]).active = False
        cls.rule = cls.make_rule("All", cls.yamato, sequence=100)
        cls.tea.barcode = "4900000000017"

    def setUp(self):
        super().setUp()
        self.set_now(NOW)

    def set_now(self, moment):
        """The shop's clock says ``moment``."""
        type(self).moment = moment

    @classmethod
    def make_rule(cls, name, carrier, **vals):
        return cls.env["ec.carrier.rule"].create(
            {"name": name, "carrier_id": carrier.id, "company_id": cls.company.id, **vals}
        )

    @classmethod
    def order_payload(cls, ref="O-1", **changes):
        """As the core's, but every order but the first has a buyer of its own."""
        payload = super().order_payload(ref)
        if ref not in ("O-1", "M-1"):
            number = sum(ord(char) * 131**at for at, char in enumerate(ref)) % 10**8
            payload["buyer"] |= {
                "name": f"山田 {ref}",
                "street": f"千代田1-{number}",
                "phone": f"090-{number // 10000:04d}-{number % 10000:04d}",
                "email": f"{number}@example.com",
            }
        return payload | changes

    def ship(self, ref="O-1", **changes):
        """An order of the fake mall and its delivery."""
        order = self.pull(self.order_payload(ref, **changes))
        return order.picking_ids

    def numbers(self, count, start=10000000000):
        """Valid tracking numbers of Yamato and Sagawa."""
        return [f"{n}{n % 7}" for n in range(start, start + count)]

    def yamato_file(self, *rows):
        lines = ["お客様管理番号,送り状種類,クール区分,伝票番号,出荷予定日"]
        lines += [f"{key},0,0,{number},2026/11/19" for key, number in rows]
        return "\r\n".join([*lines, ""]).encode("cp932")

    def read_file(self, content, code="yamato_b2cloud_issued", apply=True, **vals):
        """Read a file as a clerk does."""
        wizard = (
            self.env["ec.tracking.import"]
            .with_user(self.clerk)
            .create(
                {
                    "profile_id": self.profiles[code].id,
                    "file": base64.b64encode(content),
                    "file_name": "issued.csv",
                    **vals,
                }
            )
        )
        wizard.action_read()
        if apply:
            wizard.action_apply()
        return wizard

    def read_result(self, row, **vals):
        """Read a warehouse's result file of one row."""
        heads = "出荷番号,商品コード,数量,送り状番号,出荷日,取消"
        return self.read_file(f"{heads}\r\n{row}\r\n".encode(), "warehouse_result", **vals)

    def owed(self, ref="O-1"):
        return self.env["ec.exchange"].search(
            [("direction", "=", "out"), ("kind", "=", "shipment"), ("external_ref", "=", ref)]
        )

    def told(self):
        """Orders the fake mall was told of, call by call."""
        return [arg for op, arg in self.channel.fake_calls or [] if op == "push_shipments"]
