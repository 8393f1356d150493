"""TFLite's built-in kernels alone, without a delegate."""

from core.pi.engines.base import ModelForm, PiEngine
from core.pi.engines.litert import LITERT_DISK_BYTES, litert_packages

TFLITE = PiEngine(
    id="tflite",
    title="TFLite without XNNPACK",
    about="TFLite's built-in kernels, to see what XNNPACK gains",
    form=ModelForm.TFLITE,
    packages=litert_packages,
    disk_bytes=LITERT_DISK_BYTES,
)
