"""All export formats, by the name that the command line uses."""

from __future__ import annotations

from types import MappingProxyType

from codegen.emit.formats.arduino import Arduino
from codegen.emit.formats.exporter import Exporter
from codegen.emit.formats.pico_sdk import PicoSdk
from codegen.emit.formats.plain_c import PlainC
from codegen.errors import CodegenError

_ALL: tuple[Exporter, ...] = (PlainC(), Arduino(), PicoSdk())
EXPORTERS: MappingProxyType[str, Exporter] = MappingProxyType({e.id: e for e in _ALL})


def find_exporter(format_id: str) -> Exporter:
    """Raises CodegenError ``unknown-export`` with the formats that there are."""
    try:
        return EXPORTERS[format_id]
    except KeyError:
        raise CodegenError(
            "unknown-export",
            f"there is no format {format_id!r}",
            f"use one of: {', '.join(EXPORTERS)}",
        ) from None
