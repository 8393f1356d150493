"""From a compilation to an image that a board runs."""

from codegen.firmware.build import FirmwareImage, build_firmware, check_profile

__all__ = ["FirmwareImage", "build_firmware", "check_profile"]
