"""One folder a page: a view that only shows, a presenter that decides."""
