"""The content of ``fit.json``, and the fitted devices."""

import itertools
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from thermospin.config.loading import replaced
from thermospin.inference.identifiability import directions, product, undetermined
from thermospin.inference.least_squares import Fitted, Prediction
from thermospin.inference.measured import Datum
from thermospin.inference.parameters import Parameter
from thermospin.inference.posterior import Posterior
from thermospin.inference.profile import Profile
from thermospin.runs.fit_plan import FitPlan, FitPoint
from thermospin.runs.fit_readings import MeshErrors

QUANTILES = (16.0, 50.0, 84.0)
"""Percentiles of samples that are told."""


def fitted_file(point: FitPoint, fitted: Fitted) -> dict[str, Any]:
    """The document of a device with the fitted values, their standard errors, and correlations.

    Args:
        point: The device.
        fitted: The fit.
    """
    config, targets = point.config, point.targets
    document = {key: part for key, part in config.document.items() if key != "output"}
    uncertainties = {}
    for i, given in targets.items():
        value, error = float(f"{fitted.values[i]:.9g}"), float(f"{fitted.errors[i]:.3g}")
        document = replaced(document, given.key, f"{value!r} {given.unit}" if given.unit else value, "")
        if np.isfinite(error):
            uncertainties[given.key] = f"{error!r} {given.unit}".strip()
    if not uncertainties:
        return document
    pairs = itertools.combinations([i for i, given in targets.items() if given.key in uncertainties], 2)
    correlations = [
        {"between": [targets[i].key, targets[j].key], "value": round(float(fitted.correlation[i, j]), 6)}
        for i, j in pairs
    ]
    correlated = [entry for entry in correlations if entry["value"]]
    found = {**document, "uncertainties": uncertainties}
    return {**found, "correlations": correlated} if correlated else found


def fit_document(plan: FitPlan, fitted: Fitted, errors: MeshErrors) -> dict[str, Any]:
    """The content of ``fit.json`` before profiles, samples and assumptions.

    Args:
        plan: The fit.
        fitted: Its outcome.
        errors: Errors of the mesh.
    """
    names = [parameter.name for parameter in plan.parameters]
    return {
        "title": plan.config.title,
        "parameters": [
            {
                "key": p.name,
                "value": float(value),
                "error": float(error),
                "unit": p.unit,
                "start": p.start,
                "prior": None if p.prior is None else list(p.prior),
            }
            for p, value, error in zip(plan.parameters, fitted.values, fitted.errors, strict=True)
        ],
        "covariance": fitted.covariance.tolist(),
        "correlation": fitted.correlation.tolist(),
        "chi2": fitted.chi2,
        "freedom": fitted.freedom,
        "probability": fitted.probability,
        "evaluations": fitted.evaluations,
        "directions": [
            {"combination": product(d.exponents, names), "exponents": d.exponents.tolist(), "error": d.error}
            for d in directions(fitted)
        ],
        "undetermined": undetermined(fitted),
        "residuals": _residuals(plan.data, fitted, errors),
    }


def profile_document(parameter: Parameter, found: Profile) -> dict[str, Any]:
    """A profile likelihood.

    Args:
        parameter: The parameter.
        found: Its profile.
    """
    return {
        "key": parameter.name,
        "unit": parameter.unit,
        "values": found.values.tolist(),
        "rises": [float(rise) if np.isfinite(rise) else None for rise in found.rises],
        "interval": list(found.interval),
        "lower": None if found.lower is None else list(found.lower),
    }


def posterior_document(kind: str, found: Posterior) -> dict[str, Any]:
    """A summary of samples.

    Args:
        kind: ``linear`` or ``full``.
        found: The samples.
    """
    quantiles = np.percentile(found.samples, QUANTILES, axis=0).T.tolist()
    independent = found.independent if np.isfinite(found.independent) else None
    counts = {"model": kind, "samples": len(found.samples), "independent": independent}
    return counts | {"percentiles": list(QUANTILES), "values": quantiles}


def assumption(plan: FitPlan, fitted: Fitted, key: str, there: Prediction | None) -> dict[str, Any]:
    """Changes of the fitted values with an assumption, of a model that is linear about them.

    Args:
        plan: The fit.
        fitted: Its outcome.
        key: Key of the assumption.
        there: The model with it at the fitted values; None where it is not possible.
    """
    moved = None if there is None else replace(fitted, prediction=there).step
    shifts = None if moved is None else moved.tolist()
    return {"key": key, "value": str(plan.config.fit.assumptions[key]), "shifts": shifts}


def _residuals(data: Sequence[Datum], fitted: Fitted, errors: MeshErrors) -> list[dict[str, Any]]:
    """Rows of the residual table."""
    return [
        {
            "scheme": datum.scheme,
            "probe": datum.probe,
            "name": datum.name,
            "order": datum.order,
            "drive": datum.drive,
            **{"swept": dict(datum.swept), "file": Path(datum.file).name, "line": datum.line},
            "measured": datum.value,
            "uncertainty": datum.uncertainty,
            "model": float(model),
            "mesh": float(bar),
            "residual": float(residual),
        }
        for datum, model, bar, residual in zip(
            data,
            fitted.prediction.values + errors.corrections,
            errors.bars,
            fitted.residuals,
            strict=True,
        )
    ]
