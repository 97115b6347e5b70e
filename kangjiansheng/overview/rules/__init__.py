"""What the overview says about a portfolio: plain Python over plain rows, in codes and facts, never in words."""
