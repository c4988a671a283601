"""The discrete model: spaces, terminals, constraints, sources and the coupled operator."""
