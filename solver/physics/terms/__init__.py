"""The physics, one term per file; a term's docstring is its strong form, its weak form and its source."""
