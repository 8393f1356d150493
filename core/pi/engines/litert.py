"""The packages of the engines that are LiteRT, the interpreter of TFLite files."""

from __future__ import annotations

from core.pi.engines.base import PythonVersion

#: Of numpy, LiteRT and Pillow on an aarch64 Debian.
LITERT_DISK_BYTES = 200_000_000
#: The last release with a wheel for Python 3.9.
_FOR_PYTHON_39 = "2.1.0"
_VERSION = "2.3.0"


def litert_packages(python: PythonVersion) -> tuple[str, ...]:
    """The interpreter, and Pillow, which decodes pictures."""
    version = _VERSION if python >= (3, 10) else _FOR_PYTHON_39
    return (f"ai-edge-litert=={version}", "numpy", "pillow")
