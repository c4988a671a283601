"""The process: how a command ends on all ranks, what it prints, where it keeps what it has made."""
