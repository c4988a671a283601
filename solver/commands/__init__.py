"""Commands of the command line that solve nothing."""
