"""Stand-ins for what cannot be had offline: they check what the real ones check."""
