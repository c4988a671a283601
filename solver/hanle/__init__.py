"""Hanle curves in one dimension, and their fit."""
