# platform
from . import test_channel
from . import test_credential
from . import test_cron
from . import test_dashboard
from . import test_exchange_concurrency
from . import test_exchange_process
from . import test_exchange_store
from . import test_mapping
from . import test_neutralize
from . import test_onboarding
from . import test_outage
from . import test_security

# orders
from . import test_check
from . import test_check_rule
from . import test_order_change
from . import test_order_told
from . import test_merge
from . import test_board
from . import test_day
from . import test_manual
from . import test_order_batch
from . import test_order_hostile
from . import test_order_import
from . import test_order_money
from . import test_order_news
from . import test_order_destination
from . import test_order_partner
from . import test_order_tour
from . import test_stage

# stock
from . import test_listing
from . import test_order_short
from . import test_order_source
from . import test_order_short_many
from . import test_order_transfer
from . import test_stock_ahead
from . import test_stock_flat
from . import test_stock_guard
from . import test_stock_property
from . import test_stock_push
from . import test_stock_rule
from . import test_stock_signal
from . import test_stock_tour
from . import test_stock_verify
from . import test_stock_work
