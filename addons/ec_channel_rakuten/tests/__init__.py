from . import test_contract
from . import test_onboarding
from . import test_orders
from . import test_shipment
from . import test_stock
from . import test_situations
from . import test_changes
from . import test_outage
