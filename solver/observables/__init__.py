"""What is seen in the fields: currents, maxima, torques, samples."""
