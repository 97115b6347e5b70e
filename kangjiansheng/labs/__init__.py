"""Institutions, agreements and joint laboratories: the pattern for every other feature."""
