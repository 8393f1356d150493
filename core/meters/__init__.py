"""Power meters: what measures the power of a board while it computes, and what becomes of its samples.

`registry` lists the kinds; `session` runs one in a process of its own; `integrate` makes the energy of an
inference of what it recorded.
"""
