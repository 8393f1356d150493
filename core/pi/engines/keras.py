"""Keras with TensorFlow, as the comparison that papers begin with: large, and slow to install."""

from core.pi.engines.base import ModelForm, PiEngine, PythonVersion


def _packages(python: PythonVersion) -> tuple[str, ...]:
    version = "2.21.0" if python >= (3, 10) else "2.20.0"
    return (f"tensorflow=={version}", "pillow")


KERAS = PiEngine(
    id="keras",
    title="Keras",
    about="the uncompressed way, for comparison; installing it takes 2.5 GB and many minutes",
    form=ModelForm.KERAS,
    packages=_packages,
    disk_bytes=2_500_000_000,
    opt_in=True,
)
