"""Data flow over the syntax tree: backward to values, forward to uses."""
