"""What belongs to looking only. Nothing is kept yet: views are in the address."""
