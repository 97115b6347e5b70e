"""What is read across the features: home, dashboard, search."""
