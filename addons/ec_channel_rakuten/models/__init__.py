from . import ec_channel
from . import ec_channel_adapter_rakuten
