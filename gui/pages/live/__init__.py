"""The live page: starts a bench and plots what it tells: its view, its presenter and their parts."""
