"""Layout files: outlines and labels of a GDSII or OASIS cell, films deposited on each other, solids."""
