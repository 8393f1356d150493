"""The application: models, data, compression, boards, runs, reports and the command line. It has no face."""
