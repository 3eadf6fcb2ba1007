"""The `purveyor` command."""
