"""The versions of the packages that are installed."""

from __future__ import annotations

import importlib.metadata


def version_of(package: str) -> str:
    """``not installed`` where it is not there."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"
