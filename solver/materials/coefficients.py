"""What the coefficients of a material may be: numbers with bounds, or laws."""

from thermospin.laws import Resistivity, WiedemannFranz, WiedemannFranzAndPhonons, coefficient
from thermospin.units import quantity

Seebeck = quantity("V/K", ge=-0.1, le=0.1)
Polarisation = quantity("", gt=-1, lt=1)
LengthRatio = quantity("", gt=0, le=1e6)
SHORTEST = 1e-15
"""Of relaxation lengths, m."""
RelaxationLength = quantity("m", ge=SHORTEST, le=1e-3)
PrecessionLength = quantity("m", ge=-1e-3, le=1e-3)

ConductivityLaw = coefficient("conductivity", "S/m", Resistivity, ge=0, le=1e10)
HeatLaw = coefficient("thermal conductivity", "W/(m K)", WiedemannFranzAndPhonons, gt=0, le=1e5)
ElectronicHeatLaw = coefficient("electronic thermal conductivity", "W/(m K)", WiedemannFranz, ge=0, le=1e5)
PhononHeatLaw = coefficient("phonon thermal conductivity", "W/(m K)", ge=0, le=1e5)
SeebeckLaw = coefficient("seebeck", "V/K", ge=-0.1, le=0.1)
PolarisationLaw = coefficient("polarisation", "", gt=-1, lt=1)
LengthLaw = coefficient("relaxation length", "m", gt=0, le=1e-3)
