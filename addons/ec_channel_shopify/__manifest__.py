{
    "name": "EC Unified: Shopify",
    "summary": "Connects Shopify shops to EC Unified: orders, stock, shipments, notifications",
    "version": "19.0.1.0.0",
    "category": "Sales/Sales",
    "author": "EC Unified",
    "license": "LGPL-3",
    "depends": ["ec_unified"],
    "data": [
        "security/ir.model.access.csv",
        "security/ec_shopify_rules.xml",
        "views/ec_channel_views.xml",
        "wizards/ec_channel_onboarding_views.xml",
    ],
}
