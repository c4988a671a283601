"""Commands of the command line in groups, and what they share."""
