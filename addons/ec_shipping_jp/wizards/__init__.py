from . import ec_file_import
from . import ec_label_export
from . import ec_tracking_import
from . import ec_tracking_import_line
from . import ec_tracking_import_contents
from . import ec_stock_import
from . import ec_batch_build
