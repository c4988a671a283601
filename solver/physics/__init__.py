"""The physics without a mesh: coefficients of materials and the terms they multiply."""
