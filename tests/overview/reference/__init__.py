"""The board reckoned row by row, as it was written first: what the columns must say, too, of every portfolio."""
