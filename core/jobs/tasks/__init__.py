"""The tasks that a worker can do: name → where its function is. Imported only in the worker.

Each function takes `(params: dict[str, Any], context: JobContext)` and returns a JSON dictionary.
Adding a task is adding a file here and a line below.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from core.errors import ThimbleError
from core.jobs.context import JobContext

Task = Callable[[dict[str, Any], JobContext], dict[str, Any]]

#: Name → ``module:function``.
TASKS: Mapping[str, str] = MappingProxyType(
    {
        "survey": "core.jobs.tasks.survey:survey",
        "compress": "core.jobs.tasks.compress:compress",
        "evaluate": "core.jobs.tasks.evaluate:evaluate",
        "sweep": "core.jobs.tasks.sweep:sweep",
        "sensitivity": "core.jobs.tasks.sensitivity:sensitivity",
        "import-model": "core.jobs.tasks.import_model:import_model",
        "acquire": "core.meters.acquire:acquire",
        "deploy": "core.jobs.tasks.deploy:deploy",
        "deploy-several": "core.jobs.tasks.deploy_several:deploy_several",
        "pi-host-key": "core.jobs.tasks.pi:show_host_key",
        "pi-check": "core.jobs.tasks.pi:check",
        "pi-setup": "core.jobs.tasks.pi:setup",
        "pi-remove": "core.jobs.tasks.pi:take_away",
        "pi-bench": "core.jobs.tasks.pi_bench:bench",
        "download": "core.jobs.tasks.download:download_set",
        "tfmot": "core.jobs.tasks.tfmot:tfmot",
        "pi-find": "core.jobs.tasks.pi_find:find",
        "pi-keep-password": "core.jobs.tasks.pi_secrets:keep",
        "pi-forget": "core.jobs.tasks.pi_secrets:forget_pi",
        "save-live": "core.jobs.tasks.save_live:save_live",
        "report": "core.jobs.tasks.report:report",
        "export-code": "core.jobs.tasks.export_code:export",
    }
)

#: Tasks whose times or samples a lower priority would spoil; `core.jobs.priority.lowered` is for what else
#: they do.
MEASURING = frozenset({"acquire", "deploy", "deploy-several", "pi-bench"})


def find_task(name: str) -> Task:
    """The function of a task, by its name in `TASKS` or written out as ``module:function``.

    Raises ThimbleError ``unknown-task`` for a name that is neither.
    """
    path = TASKS.get(name, name)
    module, colon, function = path.partition(":")
    if not colon:
        raise ThimbleError(
            "unknown-task", f"there is no task called {name!r}", f"the tasks are {', '.join(TASKS)}"
        )
    task: Task = getattr(importlib.import_module(module), function)
    return task
