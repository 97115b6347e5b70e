"""Minutes as documents: what is rendered, read back and said of it."""
