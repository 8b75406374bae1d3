{
    "name": "EC Unified: expiry dates",
    "summary": "A lot that expires leaves the shops at that moment",
    "version": "19.0.1.0.0",
    "category": "Sales/Sales",
    "author": "EC Unified",
    "license": "LGPL-3",
    "depends": ["ec_unified", "product_expiry"],
    "data": ["data/ir_cron.xml"],
    "auto_install": True,
}
