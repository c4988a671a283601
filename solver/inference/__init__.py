"""Fits of models to measurements, and what they determine; no mesh."""
