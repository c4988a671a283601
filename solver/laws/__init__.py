"""Laws: how coefficients of materials depend on the temperature and the magnetic field."""

from thermospin.laws.coefficient import coefficient
from thermospin.laws.law import CoefficientLaw, Law, RangeError
from thermospin.laws.linear import Linear
from thermospin.laws.nanoclusters import Nanoclusters
from thermospin.laws.polynomial import Polynomial
from thermospin.laws.proportional import Proportional
from thermospin.laws.resistivity import Resistivity
from thermospin.laws.table import Table
from thermospin.laws.taylor import Taylor
from thermospin.laws.wiedemann_franz import LORENZ_NUMBER, WiedemannFranz, WiedemannFranzAndPhonons

__all__ = [
    "LORENZ_NUMBER",
    "CoefficientLaw",
    "Law",
    "Linear",
    "Nanoclusters",
    "Polynomial",
    "Proportional",
    "RangeError",
    "Resistivity",
    "Table",
    "Taylor",
    "WiedemannFranz",
    "WiedemannFranzAndPhonons",
    "coefficient",
]
