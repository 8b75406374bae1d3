from . import test_consent
from . import test_decide
from . import test_incoming
from . import test_ledger
from . import test_pdf
from . import test_smtp
from . import test_tour
