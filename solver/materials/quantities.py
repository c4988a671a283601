"""Types of the keys of a material: quantities with bounds, or laws."""

from thermospin.materials.laws import Resistivity, WiedemannFranz, WiedemannFranzAndPhonons, coefficient
from thermospin.units import quantity

SHORTEST = 1e-15
"""A length over which spins relax, m: far below an atom, where spins are just gone."""
Seebeck = quantity("V/K", ge=-0.1, le=0.1)
Polarisation = quantity("", gt=-1, lt=1)
LengthRatio = quantity("", gt=0, ge=1e-6, le=1e6)
RelaxationLength = quantity("m", gt=0, ge=SHORTEST, le=1e-3)
PrecessionLength = quantity("m", ge=-1e-3, le=1e-3)

ConductivityLaw = coefficient("conductivity", "S/m", Resistivity, smallest=1e-10, ge=0, le=1e10)
HeatLaw = coefficient("thermal conductivity", "W/(m K)", WiedemannFranzAndPhonons, gt=0, ge=1e-9, le=1e5)
OpenCircuitHeatLaw = coefficient("open-circuit thermal conductivity", "W/(m K)", gt=0, ge=1e-9, le=1e5)
ElectronicHeatLaw = coefficient(
    "electronic thermal conductivity", "W/(m K)", WiedemannFranz, smallest=1e-15, ge=0, le=1e5
)
PhononHeatLaw = coefficient("phonon thermal conductivity", "W/(m K)", smallest=1e-15, ge=0, le=1e5)
SeebeckLaw = coefficient("seebeck", "V/K", ge=-0.1, le=0.1)
PolarisationLaw = coefficient("polarisation", "", gt=-1, lt=1)
LengthLaw = coefficient("relaxation length", "m", gt=0, ge=SHORTEST, le=1e-3)
AnisotropyLaw = coefficient("anisotropy", "", gt=-1, lt=1)
HallCoefficient = quantity("m^3/C", ge=-1e-3, le=1e-3)
NernstCoefficient = quantity("V/(K T)", ge=-1.0, le=1.0)
