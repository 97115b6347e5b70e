"""The forecast as it was written first: entry by entry, every milestone drawn, all of it anew each time."""
