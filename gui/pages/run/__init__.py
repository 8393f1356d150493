"""The run page: its view and its presenter."""
