"""Training of the matching scorer: tracked, and judged on products that its models did not see."""
