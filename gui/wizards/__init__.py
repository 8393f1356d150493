"""Wizards: pages over a Qt-free flow that lives in core."""
