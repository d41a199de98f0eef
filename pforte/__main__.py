"""Run the command as `python -m pforte`."""

import sys

from pforte.cli import main

if __name__ == "__main__":
    sys.exit(main())
