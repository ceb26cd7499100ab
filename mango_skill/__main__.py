"""``python -m mango_skill`` is ``mango``."""

from __future__ import annotations

import sys

from mango_skill.cli import main

if __name__ == "__main__":
    sys.exit(main())
