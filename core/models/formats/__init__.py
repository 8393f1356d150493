"""The formats of model files that Thimble opens: one file each, all told in `registry`."""

from core.models.formats.base import Ends, Form, ModelFormat, Opening
from core.models.formats.registry import ENDINGS, FORMATS, can_open, find_format
from core.models.formats.saved_model import FILE as SAVED_MODEL_FILE

__all__ = [
    "ENDINGS",
    "FORMATS",
    "SAVED_MODEL_FILE",
    "Ends",
    "Form",
    "ModelFormat",
    "Opening",
    "can_open",
    "find_format",
]
