{
    "name": "EC Unified: Rakuten Ichiba",
    "summary": "Orders, stock and shipments of a Rakuten Ichiba shop by RMS WEB SERVICE",
    "version": "19.0.1.0.0",
    "category": "Sales/Sales",
    "author": "EC Unified",
    "license": "LGPL-3",
    "depends": ["ec_unified"],
    "data": [
        "views/ec_channel_views.xml",
        "views/ec_channel_onboarding_views.xml",
    ],
}
