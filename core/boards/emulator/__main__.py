"""Starts the emulator: `python core/boards/emulator --elf FILE …`. See README.md."""

import sys

# Run as a folder, so the package `mcu` is found beside this file and nothing else of the project is.
from mcu.main import main  # type: ignore[import-not-found]

if __name__ == "__main__":
    sys.exit(main())
