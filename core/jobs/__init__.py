"""Long work: one process a job, typed events as JSON lines, cancel, and a crash that stays where it is."""
