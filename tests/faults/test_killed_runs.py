"""Four processes open a missing store at once and are ended in every way; no run stays running."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

from salescope.registry.tracking import Tracking

TRAIN = """
import sys
from salescope.registry.tracking import Tracking
with Tracking(sys.argv[1]).run("training") as run:
    print(run.run_id, flush=True)
    sys.stdin.read()
"""
PATIENCE = 240.0


def test_runs_of_killed_processes_are_ended_at_the_next_start(tmp_path: Path) -> None:
    uri = f"sqlite:///{tmp_path}/mlflow.db"
    command = [sys.executable, "-W", "ignore", "-c", TRAIN, uri]
    processes = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    run_ids = [process.stdout.readline().strip() for process in processes]
    assert all(run_ids), "a process did not survive opening a missing store beside three others"
    killed, terminated, finished, living = processes
    killed.kill()
    terminated.send_signal(signal.SIGTERM)
    finished.stdin.close()
    assert [process.wait(PATIENCE) for process in (killed, terminated, finished)] == [-signal.SIGKILL, 143, 0]

    tracking = Tracking(uri)
    found = {run.info.run_id: run for run in tracking._client.search_runs([tracking._experiment_id])}
    assert [found[run_id].info.status for run_id in run_ids] == ["FAILED", "KILLED", "FINISHED", "RUNNING"]
    assert found[run_ids[0]].data.tags["salescope.ended"] == "the process died"

    living.stdin.close()
    assert living.wait(PATIENCE) == 0
    for process in processes:
        process.stdout.close()
        process.stdin.close()
