"""The process: its end on all ranks, its console, its caches."""
