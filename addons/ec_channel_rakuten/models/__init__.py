from . import ec_channel
from . import ec_channel_adapter_rakuten
from . import ec_channel_adapter_changes
