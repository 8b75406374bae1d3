"""What an uninstallation takes away, and what it leaves."""

#: Model of data records → the fields by which documents name them.
_NAMED_BY = {
    "delivery.carrier": [("sale.order", "carrier_id"), ("stock.picking", "carrier_id")],
    "product.product": [
        ("sale.order.line", "product_id"),
        ("account.move.line", "product_id"),
        ("stock.move", "product_id"),
    ],
}


def uninstall_hook(env):
    """Remove the shops' scheduled actions (made at run time, no xml id removes them), and leave
    the goods that orders and invoices name."""
    crons = env["ir.cron"].with_context(active_test=False).search([("ec_channel_id", "!=", False)])
    actions = crons.ir_actions_server_id
    crons.unlink()
    actions.unlink()
    keep_used(env, "ec_unified")


def keep_used(env, module):
    """Leave the goods and carriers of ``module`` that documents name to the company.

    Without this an uninstallation takes the carrier off past deliveries, and tries in vain to
    delete goods that were invoiced.
    """
    carriers = _named(env, module, "delivery.carrier")
    goods = _named(env, module, "product.product") | carriers.product_id
    for records in (carriers, goods, goods.product_tmpl_id):
        env["ir.model.data"].search(
            [
                ("module", "=", module),
                ("model", "=", records._name),
                ("res_id", "in", records.ids),
            ]
        ).unlink()


def _named(env, module, model):
    """The records of ``module`` that a document names."""
    data = env["ir.model.data"].search([("module", "=", module), ("model", "=", model)])
    named = env[model]
    for user, field in _NAMED_BY[model]:
        domain = [(field, "in", data.mapped("res_id"))]
        groups = env[user].sudo().with_context(active_test=False)._read_group(domain, [field])
        named = named.union(*(record for (record,) in groups))
    return named
