"""What changes on this floor."""
