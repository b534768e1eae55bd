"""Reads a front end's source: variables, addresses, login links. One reader for every question."""
