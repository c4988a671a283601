"""Laws: how coefficients of materials depend on the temperature and the magnetic field."""

from thermospin.materials.laws.law import CoefficientLaw, Law, RangeError
from thermospin.materials.laws.linear import Linear
from thermospin.materials.laws.nanoclusters import Nanoclusters
from thermospin.materials.laws.number_or_law import coefficient
from thermospin.materials.laws.polynomial import Polynomial
from thermospin.materials.laws.proportional import Proportional
from thermospin.materials.laws.resistivity import Resistivity
from thermospin.materials.laws.short_circuit import ShortCircuit
from thermospin.materials.laws.table import Table
from thermospin.materials.laws.taylor import Taylor
from thermospin.materials.laws.wiedemann_franz import WiedemannFranz, WiedemannFranzAndPhonons

__all__ = [
    "CoefficientLaw",
    "Law",
    "Linear",
    "Nanoclusters",
    "Polynomial",
    "Proportional",
    "RangeError",
    "Resistivity",
    "ShortCircuit",
    "Table",
    "Taylor",
    "WiedemannFranz",
    "WiedemannFranzAndPhonons",
    "coefficient",
]
