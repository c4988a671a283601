"""Coefficients that follow the temperature: Newton's method, and orders by differentiated laws."""
