"""Observables of the fields: currents, maxima, torques, samples."""
