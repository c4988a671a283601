"""Mistakes in a fit, from the command line: one line that names file and line or key, and exit code 2."""

import pytest
import yaml
from click.testing import CliRunner
from test_device_sensitivity import JOULE, stack

from thermospin.cli import main
from thermospin.compat import MPI

pytestmark = pytest.mark.skipif(MPI.COMM_WORLD.size > 1, reason="commands take all ranks")

HEADER = "scheme,probe,signal,order,value,uncertainty\n"
GOOD = "t,v,spin,2,-10,0.1\nt,v,baseline,2,120,1\n"
SEEBECK = "materials.F.spin_seebeck"


def told(tmp_path, rows, parameters):
    """Messages of `thermospin fit` about data and parameters, without the directory."""
    (tmp_path / "data.csv").write_text(HEADER + rows, encoding="utf-8")
    device = stack(JOULE, degree=1, orders=2, estimate=False)
    device |= {"fit": {"parameters": parameters, "data": "data.csv"}}
    (tmp_path / "fit.yaml").write_text(yaml.safe_dump(device), encoding="utf-8")
    given = ["fit", str(tmp_path / "fit.yaml"), "--output", str(tmp_path / "out"), "--quiet"]
    result = CliRunner().invoke(main, given)
    assert result.exit_code == 2
    (line,) = result.output.strip().splitlines()
    return line.removeprefix("error: ").replace(f"{tmp_path}/", "")


@pytest.mark.parametrize(
    ("rows", "parameters", "line"),
    [
        ("s,v,spin,2,-10,0.1\n", {SEEBECK: {}}, "data.csv:2: unknown scheme 's'"),
        ("t,w,spin,2,-10,0.1\n", {SEEBECK: {}}, "data.csv:2: unknown probe 'w'"),
        (GOOD + "t,v,P,2,nan,0.1\n", {SEEBECK: {}}, "data.csv:4: value: must be a finite number, not nan"),
        (
            "t,v,spin,2,-10,0.1\n",
            {SEEBECK: {}, "heating.scale": {}},
            "fit.yaml: fit.data: 1 readings cannot determine 2 parameters without priors; measure more",
        ),
        (
            GOOD,
            {SEEBECK: {"bounds": ["-5 uV/K", "0 V/K"]}},
            f"fit.yaml: fit.parameters.{SEEBECK}.bounds: exclude the start, -8e-06 V/K; widen them",
        ),
        pytest.param(
            "t,v,P,1,1,0.1\n",
            {"heating.scale": {}},
            "fit.yaml: fit.parameters.heating.scale: no reading of the data depends on it; remove it",
            marks=pytest.mark.slow,
        ),
        pytest.param(
            "t,v,spin,2,-1000,1\n",
            {SEEBECK: {}},
            "fit.yaml: fit.parameters: the fit runs into values that are not possible for a material",
            marks=pytest.mark.slow,
        ),
    ],
    ids=["scheme", "probe", "nan", "few data", "bounds", "no dependence", "limit"],
)
def test_mistake(tmp_path, rows, parameters, line):
    assert told(tmp_path, rows, parameters).startswith(line)
