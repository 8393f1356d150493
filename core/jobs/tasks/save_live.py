"""The task ``save-live``: what a live run showed, as CSV."""

from __future__ import annotations

from typing import Any

from core.jobs.context import JobContext
from core.live.saving import Saving, write_rows
from core.meters.samples_csv import write_samples
from core.meters.stream import BLOCK, SampleReader

#: Of the whole time, as far as samples of a meter go: there are many more of them.
_POWER = 0.9


def save_live(params: dict[str, Any], context: JobContext) -> dict[str, Any]:
    """Params: those of `Saving`. Result: files, in which it is. Raises ThimbleError.

    The samples of the meter are written first, which takes long; when it is cancelled, no file is left.
    """
    saving = Saving.from_json(params)
    files = [str(saving.out)]
    if saving.power_folder is not None:
        _write_power(saving, context.section(0.0, _POWER))
        files.append(str(saving.power_out))
    try:
        write_rows(
            saving, context.section(_POWER if len(files) > 1 else 0.0, 1.0).watch("Writing the values")
        )
    except BaseException:
        if saving.power_folder is not None:
            saving.power_out.unlink(missing_ok=True)
        raise
    context.progress(1.0, "Done")
    return {"files": files}


def _write_power(saving: Saving, context: JobContext) -> None:
    assert saving.power_folder is not None  # noqa: S101 - asked by the caller
    reader = SampleReader(saving.power_folder)
    watch = context.watch("Writing the samples of the meter")
    written = 0

    def told() -> None:
        nonlocal written
        written += 1
        watch(min(written * BLOCK, saving.end - saving.begin), saving.end - saving.begin)

    begin_s = saving.start_s + saving.begin * reader.info.period_s
    blocks = reader.blocks(saving.begin, saving.end)
    write_samples(saving.power_out, blocks, reader.info.period_s, told, begin_s)
