from . import test_kits
from . import test_kits_guard
from . import test_kits_property
