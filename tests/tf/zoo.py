"""Which networks of the zoo the tests build."""

from core.models.zoo import all_architectures

#: Those that take seconds; `benchmarks/pruning_speed.py` removes channels of every one.
SMALL_OF_THE_ZOO = [a.name for a in all_architectures().values() if a.macs < 4e8 and a.parameters < 1.6e7]
