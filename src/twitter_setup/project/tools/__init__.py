"""The files of other tools: npm scripts, lock files, compose files, nx projects, workspaces."""
