"""What changes in committees, meetings and minutes."""
