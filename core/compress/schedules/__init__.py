"""How pruning is spread over steps. One file each; `registry` lists them."""

from core.compress.schedules.base import Schedule
from core.compress.schedules.registry import SCHEDULES, find_schedule

__all__ = ["SCHEDULES", "Schedule", "find_schedule"]
