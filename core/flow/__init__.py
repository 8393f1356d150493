"""Wizards as Qt-free state machines: what is chosen, what may come next, undo. Tested without a screen."""
