"""A database with the modules and nothing else: every menu opens, and says what to do next."""

import re

from odoo.tests import HttpCase, tagged

from odoo.addons.ec_unified.tests.common import EcCommon

KANA = re.compile(r"[ぁ-んァ-ヶ]")


@tagged("post_install", "-at_install")
class TestEmptyScreens(EcCommon):
    def actions(self):
        """{menu: window action} of all our menus that show records."""
        root = self.env.ref("ec_unified.menu_root")
        menus = self.env["ir.ui.menu"].sudo().search([("id", "child_of", root.id)])
        return {
            menu.complete_name: menu.action
            for menu in menus
            if menu.action
            and menu.action._name == "ir.actions.act_window"
            and menu.action.target != "new"
            and not menu.action.view_mode.startswith("form")
        }

    def test_every_list_says_what_to_do_when_it_is_empty(self):
        self.env["res.lang"]._activate_lang("ja_JP")
        actions = self.actions()
        self.assertGreater(len(actions), 40)
        for name, action in actions.items():
            with self.subTest(name):
                if not action.get_external_id()[action.id].startswith("ec_"):
                    continue  # Odoo's own
                text = action.with_context(lang="ja_JP").help or ""
                self.assertIn("o_view_nocontent", text, "no help")
                self.assertTrue(KANA.search(text), text)
                model = self.env[action.res_model].with_context(lang="ja_JP")
                self.assertEqual(model.get_empty_list_help(text), text, "Odoo's own text")

    def test_nothing_to_put_into_one_parcel(self):
        action = self.env["ec.merge"].with_user(self.clerk).action_suggest()
        self.assertIn("o_view_nocontent", action["help"])


@tagged("post_install", "-at_install")
class TestEveryMenu(EcCommon, HttpCase):
    """Odoo's own robot clicks through every menu and view; any error ends it."""

    browser_size = "1400x900"

    def click_everywhere(self, user):
        user.lang = "ja_JP"
        if "tour_enabled" in user._fields:
            user.tour_enabled = False
        self.browser_js(
            "/odoo",
            "odoo.loader.modules.get('@web/webclient/clickbot/clickbot_loader')"
            ".startClickEverywhere('ec_unified.menu_root', true);",
            "odoo.isReady === true",
            login=user.login,
            timeout=600,
            success_signal="clickbot test succeeded",
        )

    def setUp(self):
        super().setUp()
        self.env["res.lang"]._activate_lang("ja_JP")
        self.env["ec.channel"].search([]).active = False

    def test_clerk(self):
        self.click_everywhere(self.clerk)

    def test_manager(self):
        self.click_everywhere(self.manager)
