"""Costs of a magnetisation in time: steps, iterations, and the share of the device."""

from dataclasses import dataclass
from typing import Any

from thermospin.micromagnetics.dynamics import Point
from thermospin.runs.spin_torque import SpinTorque


@dataclass
class MotionCosts:
    """Counts and times of a run.

    Attributes:
        steps: Time steps.
        newton: Steps of Newton's method.
        krylov: Iterations of their linear solver.
        elapsed: Time, s.
        processor: Processor time of the first rank, s.
    """

    steps: int = 0
    newton: int = 0
    krylov: int = 0
    elapsed: float = 0.0
    processor: float = 0.0

    def add(self, point: Point) -> None:
        """Count a time step.

        Args:
            point: Its end.
        """
        self.steps, self.newton = self.steps + 1, self.newton + point.newton
        self.krylov += point.krylov

    def summary(self, torque: SpinTorque | None) -> dict[str, Any]:
        """The counts by name, as `dynamics.json` holds them.

        Args:
            torque: The torque of the device; None without one.
        """
        steps = max(self.steps, 1)
        found: dict[str, Any] = {
            "steps": self.steps,
            "seconds": self.elapsed,
            "processor_seconds": self.processor,
            "steps_per_minute": 60 * self.steps / self.elapsed if self.elapsed else 0.0,
            "newton_per_step": self.newton / steps,
            "iterations_per_step": self.krylov / steps,
        }
        if torque is not None:
            found["transport"] = {
                "unknowns": torque.unknowns,
                "solutions": torque.solutions,
                "iterations_per_solution": torque.iterations / max(torque.solutions, 1),
                "share_of_time": torque.elapsed / self.elapsed if self.elapsed else 0.0,
                "misfit": torque.misfit,
                "drift": torque.drift,
            }
        return found

    def text(self, torque: SpinTorque | None) -> str:
        """The same in a line or two, for people.

        Args:
            torque: The torque of the device; None without one.
        """
        data = self.summary(torque)
        told = (
            f"{self.steps} steps, {data['steps_per_minute']:.0f} a minute, of {data['newton_per_step']:.1f} "
            f"Newton steps and {data['iterations_per_step']:.0f} iterations"
        )
        if torque is None:
            return told
        part = data["transport"]
        return (
            f"{told}; {part['solutions']} solutions of the device, of {part['iterations_per_solution']:.0f} "
            f"iterations, took {100 * part['share_of_time']:.0f} % of the time; between them the torque was "
            f"off by up to {100 * part['misfit']:.2g} %, which turned m by {part['drift']:.1g} rad at most"
        )
