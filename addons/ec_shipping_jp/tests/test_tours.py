"""A clerk's way through the parcels, in a browser."""

from odoo.tests import HttpCase, tagged

from .common import ShippingCommon


@tagged("post_install", "-at_install")
class TestTours(ShippingCommon, HttpCase):
    pass
