"""The board reckoned row by row, as it was written first: what the columns must say, too, of every portfolio.

Shapes, limits, words and the names of days are those of the board; nothing that it reckons with columns is called here.
"""
