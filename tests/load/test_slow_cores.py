"""A slow core is a control group with a quota, in either version of Linux's groups."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.load.slow_cores import NoGroups, SlowCores


@pytest.fixture
def process(tmp_path: Path) -> Path:
    return tmp_path / "proc" / "4711"


def test_each_process_gets_its_quota(tmp_path: Path, process: Path) -> None:
    SlowCores(0.2, groups=tmp_path).confine([process])
    (group,) = tmp_path.glob("caravan-load-*-4711")
    assert (group / "cpu.max").read_text() == "4000 20000"
    assert (group / "cgroup.procs").read_text() == "4711"


def test_older_groups_have_a_folder_for_processors(tmp_path: Path, process: Path) -> None:
    older = tmp_path / "cpu"
    older.mkdir()
    (older / "cpu.cfs_quota_us").write_text("-1")
    SlowCores(0.2, groups=tmp_path).confine([process])
    (group,) = older.glob("caravan-load-*-4711")
    assert (group / "cpu.cfs_quota_us").read_text() == "4000"
    assert (group / "cpu.cfs_period_us").read_text() == "20000"


def test_where_no_group_can_be_made_it_says_so(tmp_path: Path, process: Path) -> None:
    with pytest.raises(NoGroups, match="4711"):
        SlowCores(0.2, groups=tmp_path / "nowhere").confine([process])
