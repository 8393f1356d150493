"""The page of Raspberry Pis: its view and its presenter."""
