"""Generated from proto/ by proto/python_client.py: run `make gen`, do not edit."""

from .catalog.v1 import *
from .common.v1 import *
from .identity.v1 import *
from .incentive.v1 import *
from .inventory.v1 import *
from .ops.v1 import *
from .order.v1 import *
from .payment.v1 import *
from .webhook.v1 import *
from .google.api import *
from .google.rpc import *
from .google.type import *
