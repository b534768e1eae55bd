"""What `tunnel --dry-run` plans for small projects in the shapes of real ones (`tests/field.py`)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import field


@pytest.mark.parametrize("case", field.cases(), ids=lambda case: case.name)
def test_the_plan_for_a_real_shape_is_right(case: Path, tmp_path: Path) -> None:
    assert field.wrong(case, tmp_path) == []
