from . import ec_channel_onboarding
from . import ec_exchange_ignore
