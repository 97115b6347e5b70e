"""Committees, meetings, minutes, signatures, decisions and actions."""
