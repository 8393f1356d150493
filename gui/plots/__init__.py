"""Plots with pyqtgraph: pens of width 1, colours of the theme, data from ring buffers."""
