"""A recipe at each point of a grid: runs, tables, plots, and the studies of published papers."""
