"""The compiler: a network file in, planned C sources and firmware out. It knows nothing of core or gui."""
