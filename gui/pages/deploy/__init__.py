"""The deploy page: its view and its presenter."""
