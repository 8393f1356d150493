"""The command line. Importing it is quick and never pulls in TensorFlow."""

from core.cli.entry import main

__all__ = ["main"]
