"""The executive's pack: what has changed since the last meeting, as a page and as files."""
