"""The ground floor: no word of the domain."""
