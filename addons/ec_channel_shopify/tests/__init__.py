from . import test_channel
from . import test_contract
from . import test_count
from . import test_flow
from . import test_onboarding
from . import test_webhook
from . import test_situations
from . import test_changes
