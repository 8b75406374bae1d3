{
    "name": "EC Unified",
    "summary": "All online shops of a Japanese merchant in one Odoo: orders, stock, checks",
    "version": "19.0.1.0.0",
    "category": "Sales/Sales",
    "author": "EC Unified",
    "license": "LGPL-3",
    "depends": [
        "sale_management",
        "sale_stock",
        "stock_delivery",
        "stock_picking_batch",
        "purchase_stock",
        "account",
    ],
    "data": [
        "security/ec_groups.xml",
        "security/ir.model.access.csv",
        "security/ec_rules.xml",
        # platform
        "data/mail_activity_type.xml",
        "views/menu_root.xml",
        "views/ec_exchange_views.xml",
        "views/ec_mapping_views.xml",
        "wizards/ec_exchange_ignore_views.xml",
        "wizards/ec_channel_onboarding_views.xml",
        "views/ec_channel_views.xml",
        "views/ec_dashboard_views.xml",
        # orders
        "data/ec_products.xml",
        "views/sale_order_views.xml",
        "views/stock_picking_views.xml",
        "views/ec_order_check_views.xml",
        # stock
        "views/ec_listing_views.xml",
        "data/ec_stock_cron.xml",
        "views/ec_stock_views.xml",
        "views/ec_stock_guard_views.xml",
        "views/product_views.xml",
        "views/menus.xml",
    ],
    "assets": {
        "web.assets_backend": [
            "ec_unified/static/src/**/*",
        ],
    },
    "uninstall_hook": "_uninstall_hook",
    "application": True,
}
