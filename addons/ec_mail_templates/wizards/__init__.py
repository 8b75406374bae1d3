from . import ec_mail_consent_import
from . import ec_mail_preview
from . import ec_mail_manual
from . import ec_mail_rerun
from . import ec_mail_server_log
from . import ec_order_refund
