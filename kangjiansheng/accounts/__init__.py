"""People, accounts, system roles, sign-in, sessions and one-time links."""
