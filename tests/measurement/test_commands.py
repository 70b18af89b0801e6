"""`measure` and `simulate`, in a bare process: no database, broker or secret, and the figures they must print."""

import gzip
import json
import os
import secrets
import subprocess
import sys
from pathlib import Path

import pytest

from tests.data import data_file

ROOT = Path(__file__).resolve().parent.parent.parent
HEADER = "segment,visit,conversion,spend\n"


def bare(tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run manage.py where nothing is configured and no server answers."""
    environment = {"PATH": os.environ["PATH"], "STATE_DIR": str(tmp_path / "nothing")}
    command = [sys.executable, str(ROOT / "manage.py"), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, cwd=tmp_path)


def measured(tmp_path: Path, text: str) -> subprocess.CompletedProcess[str]:
    file = tmp_path / "experiment.csv"
    file.write_text(text)
    return bare(tmp_path, "measure", str(file), "--format", "hillstrom", "--json")


def test_hillstrom_to_six_decimals(tmp_path: Path) -> None:
    file = data_file("hillstrom/hillstrom_2008.csv.gz")
    plain = tmp_path / "plain.csv"
    plain.write_bytes(gzip.decompress(file.read_bytes()))
    for path in (file, plain):
        done = bare(tmp_path, "measure", str(path), "--format", "hillstrom", "--json")
        assert done.returncode == 0, done.stderr
        results = json.loads(done.stdout)["results"]
        assert [(row["arm"], row["metric"]) for row in results] == [
            (arm, metric) for arm in ("any", "mens", "womens") for metric in ("visit", "conversion", "spend")
        ]
        found = {row["metric"]: tuple(round(row[key], 6) for key in ("difference", "low", "high")) for row in results[:3]}
        assert found == {
            "visit": (0.060882, 0.055439, 0.066325),
            "conversion": (0.004955, 0.003548, 0.006361),
            "spend": (0.596796, 0.376190, 0.817402),
        }


ROWS = "".join(f"{segment},{n % 2},0,{n}.5\n" for segment in ("Mens E-Mail", "Womens E-Mail", "No E-Mail") for n in range(4))


def test_a_small_experiment_by_hand(tmp_path: Path) -> None:
    done = measured(tmp_path, HEADER + ROWS.replace("Mens E-Mail,1", "Mens E-Mail,0"))
    visit = json.loads(done.stdout)["results"][3]
    assert (visit["arm"], visit["metric"], visit["difference"]) == ("mens", "visit", -0.5)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("segment,visit\nMens E-Mail,1\n", "no column conversion, spend"),
        (HEADER + "Dogs E-Mail,1,0,0\n", "Line 2: unknown segment 'Dogs E-Mail'"),
        (HEADER + "Mens E-Mail,2,0,0\n", "visit is '2', neither 0 nor 1"),
        (HEADER + "Mens E-Mail,1,0,nan\n", "spend is 'nan'"),
        (HEADER + "Mens E-Mail,1,0\n", "spend is None"),
        (HEADER + "Mens E-Mail,1,0,5\n", "fewer than two rows of the segment 'Mens E-Mail'"),
        ("", "The file is empty"),
    ],
)
def test_a_file_that_is_no_experiment(tmp_path: Path, text: str, complaint: str) -> None:
    done = measured(tmp_path, text)
    assert (done.returncode, done.stdout) == (1, "")
    assert complaint in done.stderr
    assert "Traceback" not in done.stderr


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    done = bare(tmp_path, "measure", "nowhere.csv", "--format", "hillstrom")
    assert (done.returncode, "There is no file nowhere.csv" in done.stderr) == (1, True)


@pytest.mark.parametrize("seed", [secrets.randbelow(2**32) for _turn in range(3)], ids=["one", "two", "three"])
def test_intervals_keep_their_promise_on_a_fresh_seed(tmp_path: Path, seed: int) -> None:
    done = bare(tmp_path, "simulate", "--seed", str(seed), "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(done.stdout)
    assert (found["seed"], found["runs"], found["within_tolerance"]) == (seed, 400, True)
    low, high = found["coverage_allowed"]
    assert all(low <= share <= high for share in found["coverage"].values())
    assert found["false_alarms"]["always_valid"] <= found["false_alarms_allowed"]
    assert found["false_alarms"]["fixed_horizon"] > 0.15, "the control: daily looks at ordinary intervals do raise alarms"


def test_a_drawn_seed_is_printed_and_repeats_the_simulation(tmp_path: Path) -> None:
    small = ("simulate", "--runs", "40", "--buyers", "2000", "--json")
    first = json.loads(bare(tmp_path, *small).stdout)
    assert json.loads(bare(tmp_path, *small, "--seed", str(first["seed"])).stdout) == first


def test_a_simulation_that_cannot_be(tmp_path: Path) -> None:
    done = bare(tmp_path, "simulate", "--effect", "0.5")
    assert (done.returncode, "must lie between 0 and 1" in done.stderr) == (1, True)
