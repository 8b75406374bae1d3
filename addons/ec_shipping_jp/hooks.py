"""What an installation fills in, and what an uninstallation takes away."""

from odoo.addons.ec_unified.hooks import keep_used


def post_init_hook(env):
    """Load the layouts, and a calendar and days under way for every company there is."""
    env["ec.label.profile"]._load_standard()
    env["ec.label.fold"]._load_standard()
    for company in env["res.company"].search([]):
        company._ec_load_shipping()
    env["delivery.carrier"]._ec_link_profiles()


def uninstall_hook(env):
    """Nothing of ours stays in the outbox: without this module nobody sends it. The carriers of
    past deliveries stay."""
    env["ec.exchange"].sudo().search(
        [("direction", "=", "out"), ("kind", "=", "shipment"), ("state", "=", "pending")]
    ).unlink()
    keep_used(env, "ec_shipping_jp")
