"""Task: bring a known data set into the data folder."""

from __future__ import annotations

from typing import Any

from core.data.known.publication import download
from core.data.known.source import require_known_set
from core.jobs.context import JobContext
from core.paths import datasets_dir


def download_set(params: dict[str, Any], context: JobContext) -> dict[str, Any]:
    """Params: name (of a known set). Result: name, path, bytes (that were downloaded, or were there), files
    (url, path, sha256, checksum: ``published`` when it was compared with one, else ``not known``).

    What is there already, whole, is not fetched again. Raises ThimbleError ``unknown-data`` and as `download`
    does; what has come by then is kept for the next time.
    """
    known, root = require_known_set(params["name"]), datasets_dir()
    total, done, files = max(known.download_bytes, 1), 0, []
    for file in known.published:
        size = file.wanted.size_bytes or 0
        if not file.is_in(root):
            told = context.section(done / total, (done + size) / total).watch(f"Downloading {known.title}")
            got = download(file, root, told)
            checksum = "published" if got.checksum_known else "not known"
            if not got.checksum_known:
                context.log(
                    f"the checksum of {got.url} is not known; that of this download is kept: {got.sha256}"
                )
            files.append({"url": got.url, "path": str(got.path), "sha256": got.sha256, "checksum": checksum})
        done += size
    context.progress(1.0, "Done")
    return {
        "name": known.id,
        "path": str(known.place_in(root)),
        "bytes": known.download_bytes,
        "files": files,
    }
