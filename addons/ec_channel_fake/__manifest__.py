{
    "name": "EC Unified: channel for tests",
    "summary": "For tests only: a shop without a mall, kept in the database",
    "version": "19.0.1.0.0",
    "category": "Hidden/Tests",
    "author": "EC Unified",
    "license": "LGPL-3",
    "depends": ["ec_unified"],
    "data": ["views/ec_channel_views.xml"],
}
