"""The formats of model files that Thimble opens: one file each, all told in `registry`."""

from core.models.formats.base import Ends, ModelFormat, Opening
from core.models.formats.registry import ENDINGS, FORMATS, can_open, find_format

__all__ = ["ENDINGS", "FORMATS", "Ends", "ModelFormat", "Opening", "can_open", "find_format"]
