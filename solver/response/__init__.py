"""The response to a drive: readings, adjoints, corrections, the expansion in powers of the drive."""
