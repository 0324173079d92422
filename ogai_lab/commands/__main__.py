"""``python -m ogai_lab.commands`` is the `ogai` command."""

import sys

from ogai_lab.commands import main

sys.exit(main())
