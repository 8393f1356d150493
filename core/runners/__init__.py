"""Converted files, run on this computer without TensorFlow. One file a format; `registry` lists them."""

from core.runners.base import Runner
from core.runners.registry import RUNNERS, open_runner

__all__ = ["RUNNERS", "Runner", "open_runner"]
