"""What we know: the lake's tables, the engines that query them, the records, artifacts and imports."""
