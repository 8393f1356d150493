"""TFLite with XNNPACK, LiteRT's own fast kernels for ARM: what TFLite does by itself."""

from core.pi.engines.base import ModelForm, PiEngine
from core.pi.engines.litert import LITERT_DISK_BYTES, litert_packages

XNNPACK = PiEngine(
    id="xnnpack",
    title="TFLite with XNNPACK",
    about="what TFLite does by itself on a Pi, and usually the fastest",
    form=ModelForm.TFLITE,
    packages=litert_packages,
    disk_bytes=LITERT_DISK_BYTES,
)
