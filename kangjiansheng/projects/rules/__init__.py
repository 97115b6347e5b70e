"""What is true of projects and milestones, without a database: plain Python over plain values."""
