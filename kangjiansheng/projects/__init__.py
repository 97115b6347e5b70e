"""Projects, plans, milestones and the commitment ledger."""
