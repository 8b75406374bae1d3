{
    "name": "EC Unified: kits",
    "summary": "What the shops show of a kit follows its parts",
    "version": "19.0.1.0.0",
    "category": "Sales/Sales",
    "author": "EC Unified",
    "license": "LGPL-3",
    "depends": ["ec_unified", "mrp"],
    "auto_install": True,
}
