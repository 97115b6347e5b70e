"""Kangjiansheng 康健生: four parties run cell-therapy research and development together."""

__version__ = "0.1.0"
