"""Starts the reader: `python core/meters/ppk2_reader --port PORT …`. See README.md."""

import sys

# Run as a folder, so the module beside this file is found and nothing else of the project is.
from reader import main  # type: ignore[import-not-found]

if __name__ == "__main__":
    sys.exit(main())
