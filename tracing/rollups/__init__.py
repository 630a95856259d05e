"""Days counted once, so that pages need not count: which days, when, and what of traces."""
