from . import ec_channel
from . import mrp_bom
from . import mrp_bom_line
from . import product_product
