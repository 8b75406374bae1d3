"""Colleagues without a role in the shops: their own work with shop orders meets no access error."""

from odoo.tests import Form, tagged

from odoo.addons.ec_unified.tests.order_common import OrderCommon

from .screens import Client

PEOPLE = {
    "sales": "sales_team.group_sale_salesman_all_leads",
    "warehouse": "stock.group_stock_user",
    "billing": "account.group_account_invoice",
    "accountant": "account.group_account_user",
    "contacts": "base.group_partner_manager",
}


@tagged("post_install", "-at_install")
class TestColleagues(OrderCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.people = {name: cls._make_user(f"ec-{name}", group) for name, group in PEOPLE.items()}
        cls.tea.invoice_policy = "delivery"

    def setUp(self):
        super().setUp()
        self.order = self.pull(self.order_payload("C-1"))
        self.assertEqual(self.order.ec_stage, "ready")

    def look(self, name, *records):
        """Open these records' forms as this person."""
        env = self.env(user=self.people[name])
        client = Client(env)
        for record in records:
            client.form(record.with_env(env))

    def test_warehouse_staff_ship_what_a_shop_sold(self):
        self.look("warehouse", self.order.picking_ids, self.tea, self.warehouse.lot_stock_id)
        picking = self.order.picking_ids.with_user(self.people["warehouse"])
        picking.carrier_tracking_ref = "400000000001"
        picking.move_ids.picked = True
        picking.button_validate()
        self.assertEqual(self.order.picking_ids.state, "done")
        self.assertIn(self.order.ec_stage, ("shipped", "done"))

    def test_warehouse_staff_cannot_pick_what_has_an_open_check(self):
        held = self.pull(self.order_payload("C-2", remarks="Please call me"))
        self.assertEqual(held.ec_stage, "check")
        self.look("warehouse", held.picking_ids)

    def test_sales_staff_see_and_change_an_order(self):
        self.look("sales", self.order, self.order.partner_id, self.tea.product_tmpl_id)
        self.order.with_user(self.people["sales"]).note = "seen"
        own = self.env["sale.order"].with_user(self.people["sales"])
        with Form(own) as form:
            form.partner_id = self.order.partner_id
            with form.order_line.new() as line:
                line.product_id = self.tea
        form.record.action_confirm()
        self.assertEqual(form.record.state, "sale")

    def test_accountants_invoice_what_was_shipped(self):
        picking = self.order.picking_ids
        picking.move_ids.picked = True
        picking.button_validate()
        for name in ("billing", "accountant"):
            with self.subTest(name):
                user = self.people[name]
                move = self.order.with_user(user)._create_invoices()
                self.look(name, move, self.order.partner_id)
                move.action_post()
                self.look(name, move)
                reversal = self.env["account.move.reversal"].with_user(user)
                wizard = reversal.with_context(
                    active_model="account.move", active_ids=move.ids
                ).create({"journal_id": move.journal_id.id})
                note = self.env["account.move"].browse(wizard.refund_moves()["res_id"])
                self.look(name, note)
                note.with_user(user).action_post()

    def test_contacts_and_lists(self):
        self.look("contacts", self.order.partner_id)
        for name, xml_id in (
            ("sales", "sale.action_orders"),
            ("billing", "account.action_move_out_invoice_type"),
            ("contacts", "contacts.action_contacts"),
        ):
            action = self.env.ref(xml_id, raise_if_not_found=False)
            if action:
                with self.subTest(xml_id):
                    user = self.people[name]
                    Client(self.env(user=user)).open(action.with_user(user).sudo(False))
