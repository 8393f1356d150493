"""The start page: its view and its presenter."""
