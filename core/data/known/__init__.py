"""Published data sets that are known by name and read from the local data folder, one file per format."""
