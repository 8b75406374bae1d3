"""A clerk's way through the parcels, in a browser, in Japanese."""

from unittest.mock import patch

from odoo.tests import HttpCase, tagged
from odoo.tests.common import ChromeBrowser

from .common import ShippingCommon


@tagged("post_install", "-at_install")
class TestTours(ShippingCommon, HttpCase):
    def setUp(self):
        super().setUp()
        self.clerk.write({"lang": "ja_JP", "password": "ec-clerk-tour"})

    def test_inspection(self):
        picking = self.ship(lines=[self.line("TEA-1", 550, quantity=2)])
        picking.name = "WH/OUT/TOUR"
        action = self.env.ref("ec_shipping_jp.action_ec_inspect")
        self.start_tour(f"/odoo/action-{action.id}", "ec_shipping_inspection", login="ec-clerk")
        row = picking.ec_inspection_ids
        self.assertEqual((row.user_id, row.refused_count), (self.clerk, 1))
        self.assertEqual((row.parcel_count, row.weight), (2, 1.5))

    def test_labels(self):
        pickings = self.ship("A") | self.ship("B")
        action = self.env.ref("ec_shipping_jp.action_ec_shipping")
        self.start_tour(f"/odoo/action-{action.id}", "ec_shipping_labels", login="ec-clerk")
        self.assertEqual(pickings.ec_tick_ids.mapped("step"), ["labelled"] * 2)

    def test_hours_are_those_of_the_shop_wherever_the_browser_stands(self):
        self.yamato.ec_pickup_hour = 17.5
        self.calendar.cutoff = 13.25
        picking = self.ship("A")
        picking._ec_tick("picked", at="2026-11-19 00:30:00")
        original = ChromeBrowser.navigate_to

        def navigate_to(browser, *args, **kwargs):
            zone = {"timezoneId": "America/New_York"}
            browser._websocket_request("Emulation.setTimezoneOverride", params=zone)
            return original(browser, *args, **kwargs)

        with patch.object(ChromeBrowser, "navigate_to", navigate_to):
            self.start_tour("/odoo/shop-dashboard", "ec_shipping_board", login="ec-clerk")
