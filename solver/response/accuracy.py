"""Tolerances of the response and of the laws that its numbers obey: what each is, and why it has its value.

``solver.tolerance`` of the configuration, τ below, is the relative tolerance on the true residual of the last
order. The constants here are relative to it or to a reading, or say what rounding leaves in double precision,
whose unit roundoff is 1.1e-16.
"""

from dataclasses import dataclass

# Readings: their error is the residual of the fields times that of the adjoint.

ADJOINT_TOLERANCE = 1e-4
"""Relative tolerance on the residual of adjoints. It gives every reading four digits more than the fields
have; a smaller one costs more iterations than it saves in the fields."""

CORRECTION_TOLERANCE = 1e-2
"""Relative tolerance on the adjoint that corrects an order for the residual of the order before. It
multiplies a residual that is small already, so two digits of it are enough."""

READING_TOLERANCE = 1e-11
"""Allowed error of a reading relative to itself: ten digits of it and one to spare."""

DIFFERENCE_TOLERANCE = 1e-9
"""Allowed error of a reading relative to its difference from that of another magnetic state. P − AP may be a
small part of P: eight digits of the spin signal and one to spare."""

MAX_REFINEMENTS = 3
"""Solves at smaller and smaller tolerances for one reading. The first tells how far the second must go; the
third is for an estimate that was wrong."""

READING_ROUNDING = 1e-15
"""Rounding of a reading relative to the potentials of the terminals: some units in the last place."""

STOPPED = 1e-9
"""Relative residual from which on a solver that rounding has stopped makes readings less certain. Below it
the readings' own rounding holds it."""

STOPPED_SAFETY = 10.0
"""Error bar of such readings relative to residual times potential. That product is a scale and no bound."""

UNSOLVED = 1e-4
"""Relative residual at which rounding may stop the solver at most, unless τ is larger. Beyond it the fields
have no digits that heat of the next order could be made of."""

# Estimates of the discretisation error

SINGULAR_BENDING = 1.2
"""Bending of the one edge along which r^λ goes, over that of a cell at a singular edge, whose other edges
bend less."""

SMALLEST_EXPONENT = 1 / 6
"""Smallest λ of singular edges. That of a film's edge is 1/2 to 2/3, that of a sink beside the insulated end
of a better conductor may be 1/5; on cells too coarse for them fields look steeper."""

SMOOTH_BENDING = 0.4
"""Error over the step from the degree below, over the bending, in cells away from singular edges: 0.1 to 0.5
in graded and refined meshes, less where fields are smooth."""

ESTIMATE_SAFETY, ESTIMATE_CANCELLATION = 1.0, 0.9
"""Error bar relative to the estimate, and to the sizes of what adds up to it: the parts of regions, at
singular edges and elsewhere. So bars hold 95 % of all readings (``benchmarks/effectivity.py``)."""

CORRECTED_SAFETY, CORRECTED_CANCELLATION = 0.4, 0.7
"""The same of a reading with its estimate added."""

CUT_OFF_SAFETY = 1.25
"""Relative error bar by curved walls that are flat in the mesh, over the part of the cross-section that they
cut off: resistance goes with the inverse, and some of it is in narrower places."""

LOCAL_TOLERANCE = 1e-6
"""Relative tolerance on the residual of adjoints that divide a step among cells. With it, cells that are
images of each other have the same part to four digits, and are refined together."""

SENSITIVITY_TOLERANCE = 1e-12
"""Relative tolerance on fields and adjoints that sensitivities are made of, whose errors are of the first
order in those of both: six digits of a sensitivity, and as many that cancel among regions."""

COMPARISON_TOLERANCE = 1e-8
"""Relative tolerance on the fields that are solved for only to be compared with: steps of 1e-3 of a reading,
and of P − AP, which is 1e-3 of it, are known to a hundredth."""

# Orders and fits (solver/physics.md §7)

SOURCE_REDUCTION = 0.1
"""Decrease of the tolerance of fields per digit that the heat they make loses in higher
orders."""

FITTED_REDUCTION = 1e-3
"""Tolerance of fields at given drives relative to τ. A fit takes differences of them, in which digits
cancel: three where heat is a thousandth of the response."""

HEAT_ROUNDING = 5e-15
"""Rounding of the heat of two orders, relative to the root of the product of what either makes with itself:
sums over elements lose more digits than the potentials at terminals do."""

FIXED_POINT_TOLERANCE = 1e-11
"""Change of the readings and of the heat at which a fixed point has settled, relative to them, as
:data:`READING_TOLERANCE` asks of every solve."""

CARRIED_TOLERANCE = 1e-9
"""Relative change of the temperature of leads at which the Peltier heat that they bring has settled; the last
linear solve takes another step."""

MAX_FIXED_POINT = 60
"""Iterations of a fixed point: several times :data:`MIXED_ITERATES`, after which mixing gains nothing."""

MIXED_ITERATES = 12
"""Iterates that are mixed. More of them depend on each other in the digits that count."""

MIXING_RANK = 1e-12
"""Relative singular values of the iterates' changes below which they count as dependent: the rounding of
squares."""

# Newton's method (§7, coefficients that follow the temperature)

NEWTON_REDUCTION = 1e-8
"""By which the residual decreases from the first to the last step. The linear solve at the end, which gives
the readings, is one step more and squares it: 1e-16."""

NEWTON_FLOOR = 1e-13
"""Residual, relative to the terms that it consists of, that is rounding: a smaller one cannot be asked
for."""

NEWTON_STAGNATION = 3
"""Steps that together must halve the residual. Otherwise it has a minimum, and there is nothing to find."""

MAX_NEWTON_STEPS = 30
"""Steps of one solve. Convergence is quadratic, so ten are many; a line search close to a runaway takes
more."""

STEP_TOLERANCE = 1e-10
"""Relative tolerance on the linear solve of a step: below :data:`NEWTON_REDUCTION`, so that steps stay
quadratic."""

GUESS_TOLERANCE = 1e-6
"""Relative tolerance on the linear response that Newton's method begins with; the first step repairs the
rest."""

FIRST_STEP = 2.0**-10
"""The smallest part of the drive to begin with: heat is the square, 1e-6 of that asked for."""

SMALLEST_STEP = 2.0**-6
"""Rise of the drive relative to what has been reached, at which Newton's method gives up: the last good
drive is then known to 2 %."""

# Stability of steady states (§7)

LANCZOS_STEPS = 4
"""Linear solves of Lanczos' method. What is unstable is one mode, where the heat is; it is found first."""

LANCZOS_TOLERANCE = 1e-4
"""Relative tolerance on these solves; it is less than :data:`FEEDBACK_ROUNDING`."""

FEEDBACK_ROUNDING = 1e-3
"""1/λ relative to the largest one below which its sign means nothing."""

SAFE_FEEDBACK = 0.25
"""Bound on the feedback of heat on itself below which the steady state needs no closer look; 1 is a
runaway."""

RUNAWAY_FEEDBACK = 0.5
"""Feedback at the last good drive from which on a runaway, and not the end of a law, ends the steady
states."""

# Balances

NEGLIGIBLE_FLOW = 1e-4
"""Flow in an order relative to that in all orders. An order with less is compared with this, since its
mismatch is the rounding of the others."""

FLOW_ROUNDING = 1e-11
"""Flow relative to that in all orders that is rounding, and balances nothing."""

BALANCE_LIMIT = 1e-3
"""Relative mismatch of charge, heat or energy that is an error. Errors of the solver are far below it, and
all numbers of results have digits beyond it."""

BALANCE_SAFETY = 10.0
"""Mismatch that is an error relative to τ, where τ is large."""


@dataclass(frozen=True)
class Precision:
    """Precision of fields at given drives.

    Attributes:
        fields: Smallest relative tolerance on their true residual, beside that of :data:`FITTED_REDUCTION`.
        reading: Allowed error of a reading relative to itself.
        difference: Allowed error of a reading relative to its difference from that of another magnetic state;
            None where no differences are taken.
        settled: Change of readings and heat at which a fixed point has settled, relative to them.
    """

    fields: float = 0.0
    reading: float = READING_TOLERANCE
    difference: float | None = DIFFERENCE_TOLERANCE
    settled: float = FIXED_POINT_TOLERANCE

    def of_fields(self, tolerance: float) -> float:
        """Relative tolerance on the true residual of fields at given drives.

        Args:
            tolerance: τ.
        """
        return max(self.fields, FITTED_REDUCTION * tolerance)


EXACT = Precision()
"""That of results."""

STEPS_ADJOINT = 1e-2
"""Relative tolerance on the residual of adjoints there: readings have two digits more than the fields."""

STEPS = Precision(fields=1e-8, reading=1e-6, difference=None, settled=1e-5)
"""That of a magnetisation in time: a torque has six digits (``tests/device/test_device_dynamics.py``)."""
