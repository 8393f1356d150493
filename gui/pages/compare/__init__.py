"""The compare page: its view and its presenter."""
