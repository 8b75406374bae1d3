"""Import the pure `lib` of our addons without Odoo.

An addon's ``__init__.py`` imports Odoo models, so importing an addon needs Odoo. Its
folder ``lib/`` (wire clients, contract) does not. ``install()`` registers empty stand-ins
for the packages above `lib`, whose ``__init__.py`` are never executed:

    ec_addons                        stands for  odoo.addons
    ec_addons.ec_unified             stands for  odoo.addons.ec_unified   (every addon)

so that pure code is imported as

    from ec_addons.ec_channel_rakuten.lib.client import RakutenClient
    from ec_addons.ec_unified.lib import errors

Inside an addon, `lib` reaches another addon's `lib` by a *relative* import, which means
the same thing in both worlds (in Odoo: ``odoo.addons.ec_unified.lib``):

    # addons/ec_channel_rakuten/lib/client.py
    from ...ec_unified.lib import errors

The root ``conftest.py`` calls ``install()``; benches and simulators that want the contract
call it themselves. A module is importable by one name only: always ``ec_addons.…`` outside
Odoo, so that no class exists twice.
"""

from __future__ import annotations

import sys
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

TOP = "ec_addons"
ADDONS = Path(__file__).resolve().parent.parent / "addons"


def install(addons: Path = ADDONS) -> None:
    """Register ``ec_addons`` and a stand-in per addon with a `lib`; repeating is harmless."""
    _stand_in(TOP, addons)
    for library in sorted(addons.glob("*/lib")):
        _stand_in(f"{TOP}.{library.parent.name}", library.parent)


def _stand_in(name: str, folder: Path) -> None:
    if name in sys.modules:
        return
    module = ModuleType(name, f"Stand-in for {folder.name}; see tools.pure_import.")
    module.__path__ = [str(folder)]
    module.__spec__ = ModuleSpec(name, loader=None, is_package=True)
    module.__spec__.submodule_search_locations = module.__path__
    sys.modules[name] = module
    parent, _, child = name.rpartition(".")
    if parent:
        setattr(sys.modules[parent], child, module)
