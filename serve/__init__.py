"""The HTTP API and the console, which answer from the warehouse and from released models; nothing is trained here."""
