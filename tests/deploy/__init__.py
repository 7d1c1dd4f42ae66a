"""Tests of deploy/ and docker-compose.yml: tools accept them, and they name what is real."""

import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]  # its types are in no package of ours

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
COMPOSE = ROOT / "docker-compose.yml"
BASE = DEPLOY / "kubernetes" / "base"


def tool(name: str, *arguments: object) -> str:
    """Run a tool of this environment or machine and give what it printed; skip where it is not.

    Raises:
        AssertionError: the tool found something wrong.
    """
    beside = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    program = shutil.which(name, path=beside)
    if program is None:
        pytest.skip(f"needs {name}")
    command = [program, *map(str, arguments)]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def documents(path: Path) -> list[Any]:
    """Load every document of a YAML file."""
    return list(yaml.safe_load_all(path.read_text()))


@cache
def compose() -> dict[str, Any]:
    """Load docker-compose.yml."""
    loaded: dict[str, Any] = documents(COMPOSE)[0]
    return loaded


def files() -> list[Path]:
    """List the files an operator gets."""
    found = [
        path for path in DEPLOY.rglob("*") if path.is_file() and "__pycache__" not in str(path)
    ]
    return [*found, COMPOSE]
