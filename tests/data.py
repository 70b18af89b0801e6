"""The public data files, which stay outside the project: `../shared/data`, or the directory SHARED_DATA names."""

import os
from pathlib import Path

import pytest
from django.conf import settings


def data_file(name: str) -> Path:
    """A data file. Where it is absent the test is skipped, and fails with CI=true."""
    folder = Path(os.environ.get("SHARED_DATA") or settings.BASE_DIR.parent / "shared" / "data")
    path = folder / name
    if not path.is_file():
        message = f"{path} is missing; set SHARED_DATA to the directory with the public data files"
        if os.environ.get("CI", "").lower() in {"1", "true"}:
            pytest.fail(message)
        pytest.skip(message)
    return path
