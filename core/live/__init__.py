"""What a running measurement shows: signals over time that grow, windows of them, their statistics and files.

Knows no window. `LiveRun` takes what a job tells, in any thread; whoever shows it asks for pictures of a span
(`Signal.picture`) and its statistics (`Signal.statistics`), which are always those of the raw samples.
"""
