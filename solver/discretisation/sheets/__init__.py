"""Sheets: faces that conduct along themselves, and the unknowns that they need on insulators."""
