"""`python -m linli_seal`."""

import sys

from .program import main

sys.exit(main())
