"""Plant one failure per gate in a copy of the tree and expect that gate to go red.

A gate that is red on the untouched copy proves nothing, so each is tried there first. Run by ``make check-gates``;
``ARGS="types skip"`` tries the named plants only.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PLANTED_TEST = "tests/test_planted.py"
PYTEST = ["test", f"ARGS=-n 0 -q {PLANTED_TEST}"]
GREEN_TEST = "def test_green():\n    assert True\n"


@dataclass(frozen=True)
class Plant:
    """A failure, the ``make`` target that must notice it, and what it says then."""

    name: str
    target: list[str]
    path: str
    text: str
    says: str  # in the gate's output, so that it is red for this reason and no other
    append: bool = True
    environment: dict[str, str] = field(default_factory=dict)


def test(name: str, text: str, says: str, **environment: str) -> Plant:
    return Plant(name, PYTEST, PLANTED_TEST, text, says, append=False, environment=environment)


MODEL = "    planted = models.IntegerField(default=0)\n"
UNSAFE_MIGRATION = """from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("health", "0001_initial")]
    operations = [migrations.RemoveField("workerheartbeat", "beaten_at")]
"""

DROPPED_POLICY = """from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_security")]
    operations = [migrations.RunSQL("DROP POLICY tenant ON audit_auditevent")]
"""
CONTRACT = ["test", "ARGS=-n 0 -q tests/tenancy/test_contract.py -k the_tenant_policy_compares"]
CRAWL = ["test", "ARGS=-n 0 -q tests/tenancy/test_urls.py -k every_address_has_its_row"]

PLANTS = [
    Plant("format", ["check-format"], "marketplace/schedule.py", "planted   =   1\n", "schedule.py"),
    Plant("lint", ["check-lint"], "marketplace/schedule.py", "\nimport os\n", "F401"),
    Plant("types", ["check-types"], "marketplace/kernel/money.py", "\n\ndef planted(x):\n    return x\n", "untyped-def"),
    Plant("types-operation", ["check-types"], "marketplace/health/operations.py", "\n\nPLANTED: int = 'a'\n", "assignment"),
    Plant("kernel", ["check-imports"], "marketplace/kernel/money.py", "\nimport marketplace.audit\n", "kernel"),
    Plant("rooms", ["check-imports"], "merchants/models.py", "\nimport aftersales.models\n", "Rooms import one way"),
    Plant(
        "layers",
        ["check-imports"],
        "marketplace/health/models.py",
        "\nimport marketplace.health.web\n",
        "Inside an app",
    ),
    Plant(
        "template",
        ["check-templates"],
        "templates/planted.html",
        "<div><p style='color:red'>x</div>\n",
        "planted.html",
        False,
    ),
    Plant("migration", ["check-migrations"], "marketplace/health/models.py", MODEL, "planted"),
    Plant("running", ["check-running"], "marketplace/health/migrations/0002_planted.py", UNSAFE_MIGRATION, "ERR", False),
    Plant("deploy-hsts", ["check-deploy"], "marketplace/settings.py", "\nSECURE_HSTS_SECONDS = 0\n", "security.W004"),
    Plant("deploy-debug", ["check-deploy"], "marketplace/settings.py", "\nDEBUG = True\n", "DEBUG is on"),
    Plant(
        "deploy-secret",
        ["check-deploy"],
        "marketplace/settings.py",
        "\nSECRET_KEY = 'short'\n",
        "SECRET_KEY is a default",
    ),
    test("failing-test", "def test_red():\n    assert 1 == 2\n", "1 failed"),
    test(
        "skip",
        "import pytest\n\n\ndef test_skipped():\n    pytest.skip('planted')\n",
        "not allowed with CI=true",
        CI="true",
    ),
    test("warning", "import warnings\n\n\ndef test_warns():\n    warnings.warn('planted')\n", "UserWarning: planted"),
    test(
        "network",
        "import socket\n\n\ndef test_network():\n    socket.create_connection(('192.0.2.1', 80), timeout=1)\n",
        "SocketConnectBlockedError",
    ),
    Plant("policy", CONTRACT, "marketplace/audit/migrations/0003_planted.py", DROPPED_POLICY, "audit_auditevent", False),
    Plant(
        "url",
        CRAWL,
        "marketplace/urls.py",
        "\nurlpatterns += [path('planted/', dashboard, name='planted')]\n",
        "planted",
    ),
    test(
        "role",
        "import pytest\nfrom django.db import connections\n\n"
        "owner = connections['owner'].settings_dict\n"
        "connections['default'].settings_dict.update(USER=owner['USER'], PASSWORD=owner['PASSWORD'])\n\n\n"
        "@pytest.mark.django_db\ndef test_as_owner():\n    assert True\n",
        "tests must run as shangban_app",
    ),
]


def main(names: list[str]) -> int:
    """Try the plants; return 1 when a gate stayed green, was red without a plant, or gave another reason."""
    chosen = [plant for plant in PLANTS if not names or plant.name in names]
    failures = 0
    with copied_tree() as tree:
        (tree / PLANTED_TEST).write_text(GREEN_TEST)
        green: dict[str, str | None] = {}
        for plant in chosen:
            begun = time.monotonic()
            gate = " ".join(plant.target)
            if gate not in green:
                code, output = run(tree, plant)
                green[gate] = None if code == 0 else output
            verdict = judge(tree, plant, green[gate])
            failures += verdict != "red, as it should be"
            print(f"{plant.name:16} {plant.target[0]:18} {verdict} ({time.monotonic() - begun:.1f} s)", flush=True)
    print(f"gates: {len(chosen) - failures} of {len(chosen)} caught their plant")
    return 1 if failures else 0


def judge(tree: Path, plant: Plant, red_before: str | None) -> str:
    """Plant, run the gate, put the tree back, and say what happened."""
    if red_before is not None:
        return f"RED WITHOUT A PLANT\n{red_before[-2000:]}"
    with planted(tree, plant):
        code, output = run(tree, plant)
    if code == 0:
        return f"STAYED GREEN\n{output[-1000:]}"
    if plant.says not in output:
        return f"RED FOR ANOTHER REASON (expected {plant.says!r})\n{output[-2000:]}"
    return "red, as it should be"


@contextmanager
def planted(tree: Path, plant: Plant) -> Iterator[None]:
    """Change one file, and change it back."""
    path = tree / plant.path
    before = path.read_text() if path.exists() else None
    path.write_text((before or "") + plant.text if plant.append else plant.text)
    try:
        yield
    finally:
        if before is None:
            path.unlink()
        else:
            path.write_text(before)


@contextmanager
def copied_tree() -> Iterator[Path]:
    """Copy what git knows or would know, so that no build product makes a gate green."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    with tempfile.TemporaryDirectory(prefix="shangban-gates-") as directory:
        tree = Path(directory)
        for name in filter(None, listing.stdout.split("\0")):
            if (ROOT / name).is_file():
                (tree / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, tree / name)
        subprocess.run(["git", "init", "-q"], cwd=tree, check=True)  # the migration linter wants a repository
        yield tree


def run(tree: Path, plant: Plant) -> tuple[int, str]:
    """Run the gate in the copy with this installation's virtual environment; return its code and output."""
    environment = {name: value for name, value in os.environ.items() if name not in {"CI", "MAKEFLAGS", "MAKELEVEL"}}
    done = subprocess.run(
        ["make", "--no-print-directory", f"VENV={Path(sys.prefix)}", *plant.target],
        cwd=tree,
        env={**environment, "MYPY_CACHE_DIR": str(ROOT / ".mypy_cache" / "gates"), **plant.environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
