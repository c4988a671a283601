"""Random stacks of layers with vector spin: everything that may precess, dephase, mix or heat."""

import numpy as np

NM = 1e-9


class Draw:
    """Random numbers of one seed."""

    def __init__(self, seed):
        self._random = np.random.default_rng(seed)

    def __call__(self, low, high):
        """Uniform."""
        return float(self._random.uniform(low, high))

    def log(self, low, high):
        """Uniform in the logarithm."""
        return float(np.exp(self._random.uniform(np.log(low), np.log(high))))

    def sign(self):
        """1 or −1."""
        return float(self._random.choice([-1, 1]))

    def chance(self, probability=0.5):
        """Whether it happens."""
        return bool(self._random.random() < probability)

    def direction(self):
        """A unit vector of any direction."""
        v = self._random.standard_normal(3)
        return (v / np.linalg.norm(v)).tolist()

    def count(self, low, high):
        """A whole number, both ends included."""
        return int(self._random.integers(low, high + 1))


def metal(draw, is_magnet, temperature):
    """A normal metal in which spins precess, or a magnet in which they dephase and precess."""
    sigma = draw.log(5e5, 5e7)
    electrons = 2.44e-8 * sigma * temperature
    found = {
        "conductivity": sigma,
        "spin_diffusion_length": draw.log(4 * NM, 30 * NM) if is_magnet else draw.log(30 * NM, 500 * NM),
        "seebeck": draw(-50e-6, 50e-6),
        "thermal_conductivity": electrons + draw.log(5, 50),
        "spin_heat_diffusion_length": draw.log(2 * NM, 60 * NM),
    }
    if not is_magnet:
        return found | {"spin_relaxation_time": draw.log(1e-12, 1e-10)}
    found |= {"magnetic": True, "polarisation": draw(-0.8, 0.8), "spin_seebeck": draw(-20e-6, 20e-6)}
    if draw.chance():
        found["heat_polarisation"] = draw(-0.6, 0.6)
    if draw.chance(0.8):
        found["dephasing_length"] = draw.log(1 * NM, 20 * NM)
    if draw.chance(0.8):
        found["precession_length"] = draw.sign() * draw.log(1 * NM, 20 * NM)
    return found


def contact(draw, names, is_magnetic, temperature):
    """A resistive interface, and what a magnet absorbs there; its Seebeck coefficients keep it stable."""
    conductance = draw.log(1e14, 2e16)
    found = {
        "between": names,
        "conductance": conductance,
        "seebeck": draw(-30e-6, 30e-6),
        "phonon_heat_conductance": draw.log(1e7, 1e9),
    }
    if is_magnetic:
        found |= {
            "polarisation": draw(-0.8, 0.8),
            "spin_seebeck": draw(-30e-6, 30e-6),
            "mixing_conductance": conductance * draw.log(0.2, 3),
            "mixing_conductance_imaginary": conductance * draw(-2, 2),
            "mixing_thermopower": draw(-1.5, 1.5),
        }
    return found


def stack(seed, **solver):
    """The configuration of a seed: two to five layers, of which at least one is a magnet.

    Args:
        seed: Of the random numbers.
        solver: Options of the solver beside those that are drawn.
    """
    draw = Draw(seed)
    temperature = draw(50, 400)
    kinds = [draw.chance() for _ in range(draw.count(2, 5))]
    kinds[draw.count(0, len(kinds) - 1)] = True
    layers, materials = [], {}
    for i, is_magnet in enumerate(kinds):
        materials[f"M{i}"] = metal(draw, is_magnet, temperature)
        layers.append({"name": f"L{i}", "material": f"M{i}", "thickness": draw.log(4 * NM, 60 * NM)})
    interfaces = [
        contact(draw, [f"L{i}", f"L{i + 1}"], kinds[i] != kinds[i + 1], temperature)
        for i in range(len(kinds) - 1)
        if kinds[i] != kinds[i + 1] and draw.chance(0.7)
    ]
    magnets = [f"L{i}" for i, is_magnet in enumerate(kinds) if is_magnet]
    drives = [
        {"top": "current", "bottom": "ground"},
        {"top": {"current": "equipotential"}, "bottom": "ground"},
        {"top": {"voltage": 1.0}, "bottom": "ground"},
    ]
    sinks = [draw.chance(), draw.chance()]
    if not any(sinks):
        sinks[draw.count(0, 1)] = True
    return {
        "temperature": temperature,
        "geometry": {
            "template": "layer_stack",
            "layers": layers,
            "width": 5 * NM,
            "depth": 5 * NM,
            "columns": [1, 1],
        },
        "mesh": {"interface_size": 1 * NM, "max_size": 5 * NM, "growth_rate": 1.4},
        "materials": materials,
        "interfaces": interfaces,
        "terminals": {
            "bottom": {"region": "L0", "face": "zmin", "sink": sinks[0]},
            "top": {"region": f"L{len(kinds) - 1}", "face": "zmax", "sink": sinks[1]},
        },
        "magnetisation": {magnet: draw.direction() for magnet in magnets},
        "configurations": {"P": {}, "AP": {magnets[-1]: -1}},
        "magnetic_field": [draw(-2, 2) for _ in "xyz"] if not all(kinds) and draw.chance(0.8) else [0, 0, 0],
        "heating": {"model": "conserving" if draw.chance() else "joule"},
        "schemes": {"main": drives[draw.count(0, 2)]},
        "probes": {"v": ["top", "bottom"]},
        "solver": {"spin": "vector", "degree": 2, "orders": 4, "spin_heat": draw.chance()} | solver,
        "output": {"fields": False},
    }
