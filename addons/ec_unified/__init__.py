from . import models
from . import wizards


def _uninstall_hook(env):
    """Remove the shops' scheduled actions: they were made at run time, no xml id removes them."""
    crons = env["ir.cron"].with_context(active_test=False).search([("ec_channel_id", "!=", False)])
    actions = crons.ir_actions_server_id
    crons.unlink()
    actions.unlink()
