"""Physical constants, SI, by CODATA as SciPy has it."""

from scipy.constants import e, hbar, k, mu_0, physical_constants

ELEMENTARY_CHARGE = e
"""e, C; the charge of an electron is −e."""
REDUCED_PLANCK = hbar
"""ħ, J s."""
BOLTZMANN = k
"""k_B, J/K."""
VACUUM_PERMEABILITY = mu_0
"""μ0, N/A²."""
BOHR_MAGNETON = physical_constants["Bohr magneton"][0]
"""μ_B, J/T."""
MAGNETON_RATE = BOHR_MAGNETON / REDUCED_PLANCK
"""μ_B/ħ, rad/(s T): spins precess at ω_L = g μ_B B/ħ."""
LORENZ_NUMBER = 2.443e-8
"""L0 = π² k_B²/3e², V²/K² (Wiedemann–Franz), to the digits that the papers give."""
TORQUE_PER_SPIN_CURRENT = -REDUCED_PLANCK / (2 * ELEMENTARY_CHARGE)
"""ħ/2e of electrons, whose charge is negative, J/A: torque per absorbed transverse spin current."""
