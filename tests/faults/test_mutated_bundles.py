"""A short form of acceptance row 11, and damaged model texts against LightGBM itself."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from tests.acceptance.leads_11_mutated_bundles import KINDS, mutate, refusals
from tests.bundle.made import MADE, made_bundle, model_texts

from salescope.bundle import KINDS as KINDS_OF_BUNDLES
from salescope.bundle import check_model_text
from salescope.frames.errors import DamagedBundleError

LOAD_ALL = """
import sys, lightgbm, numpy
from pathlib import Path
for path in sorted(Path(sys.argv[1]).iterdir()):
    booster = lightgbm.Booster(params={"num_threads": 1, "verbosity": -1}, model_str=path.read_text())
    rows = numpy.tile(numpy.array([[numpy.nan], [0.0], [7.0], [-1e300]]), (1, booster.num_feature()))
    booster.predict(rows, raw_score=True), booster.predict(rows, pred_contrib=True)
    print(path.name, flush=True)
"""


@pytest.mark.parametrize("kind", sorted(MADE))
def test_mutated_bundles_are_refused_and_nothing_dies_of_them(kind: str) -> None:
    found = refusals(MADE[kind](), count=24, seed=1)
    assert found["offered"] == 24
    assert found["accepted"] == 0
    assert found["structure"] + found["trial"] + found["needs the digest"] == found["resealed"] >= 6


def test_a_bundle_of_every_kind_is_mutated() -> None:
    assert set(MADE) == set(KINDS_OF_BUNDLES)


def test_the_mutations_are_of_every_kind_and_really_change_something() -> None:
    mutations = [mutate(made_bundle(), number=number, seed=2) for number in range(40)]
    assert {mutation.kind for mutation in mutations} == set(KINDS)
    # Zeros over zeros and an edit without a place to act change nothing; nearly all others must.
    assert sum(mutation.files == made_bundle() for mutation in mutations) <= 1


def test_no_damaged_text_that_passes_the_check_ends_lightgbm(tmp_path: Path) -> None:
    text = made_bundle()[model_texts(made_bundle())[-1]]
    rng = np.random.default_rng(3)
    passed = 0
    for number in range(300):
        damaged = bytearray(text)
        for place in rng.integers(len(text), size=rng.integers(1, 4)):
            damaged[place] = rng.choice(list(b"0123456789 -.=e\n"))
        try:
            check_model_text(bytes(damaged), file="m.txt")
        except DamagedBundleError:
            continue
        (tmp_path / f"{number:03}.txt").write_bytes(damaged)
        passed += 1
    command = [sys.executable, "-c", LOAD_ALL, str(tmp_path)]
    ended = subprocess.run(command, capture_output=True, check=False, text=True, timeout=240)
    assert ended.returncode == 0, ended.stderr[-2_000:]
    # LightGBM says between the names what it ignores of the parameters.
    assert sum(line.endswith(".txt") for line in ended.stdout.splitlines()) == passed > 20
