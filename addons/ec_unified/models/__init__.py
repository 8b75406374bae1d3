# platform
from . import ec_channel
from . import ec_channel_operation
from . import ec_channel_cron
from . import ec_channel_health
from . import ec_channel_words
from . import ec_channel_connection
from . import ec_channel_card
from . import ec_dashboard
from . import ec_channel_adapter
from . import ec_rate_slot
from . import ec_exchange
from . import ec_exchange_revision
from . import ec_exchange_attempt
from . import ec_exchange_store
from . import ec_exchange_process
from . import ec_mapping

# orders
from . import res_partner
from . import res_company_tax
from . import ir_sequence
from . import sale_order
from . import sale_order_stage
from . import sale_order_line
from . import sale_order_line_invoice
from . import stock_picking
from . import stock_picking_move
from . import stock_rule
from . import ec_order_check
from . import ec_order_import
from . import ec_order_import_partner
from . import ec_order_import_product
from . import ec_order_import_create
from . import ec_order_import_confirm
from . import ec_order_import_update
from . import ec_order_import_exchange
from . import ec_channel_orders

# stock
from . import ec_stock_signal
from . import ec_stock_rule
from . import ec_stock_lag
from . import ec_listing
from . import ec_listing_sku
from . import ec_listing_match
from . import ec_channel_listing
from . import ec_channel_stock
from . import ec_channel_push
from . import ec_channel_lag
from . import ec_stock_difference
from . import ec_channel_verify
from . import ec_exchange_stock
from . import product_product
from . import product_template
from . import stock_quant
from . import stock_move
