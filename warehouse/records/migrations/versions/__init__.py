"""One module per step of the schema; a released one never changes."""
