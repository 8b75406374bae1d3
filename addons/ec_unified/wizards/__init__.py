from . import ec_channel_onboarding
from . import ec_exchange_ignore
from . import ec_order_short
from . import ec_listing_csv
from . import ec_order_cancel
from . import ec_order_memo
from . import ec_order_file
