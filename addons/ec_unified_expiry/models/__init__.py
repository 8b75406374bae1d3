from . import product_product
from . import product_template
from . import stock_lot
