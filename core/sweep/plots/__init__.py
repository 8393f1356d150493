"""The plots of sweeps, one file each; `registry` lists them. Importing this loads matplotlib."""

from core.sweep.plots.base import SweepPlot
from core.sweep.plots.registry import PLOTS, find_plot

__all__ = ["PLOTS", "SweepPlot", "find_plot"]
