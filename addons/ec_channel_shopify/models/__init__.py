from . import ec_shopify_location
from . import ec_shopify_token
from . import ec_channel
from . import ec_channel_webhook
from . import ec_channel_goods
from . import ec_channel_adapter_shopify
from . import ec_channel_adapter_changes
from . import ec_exchange
