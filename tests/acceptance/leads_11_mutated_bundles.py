"""Row 11: a thousand mutated bundles are offered, and none is accepted or ends the process that reads it.

Three kinds of damage happen to files by themselves: a truncated file, a flipped bit, a block of zeros. The fourth is
made on purpose: the structure of a model or its state is altered and the manifest written anew, so that every
checksum fits. Each mutated bundle takes the place of the published one, and this process, standing for the service,
loads it as the service does. What was resealed is offered once more without the digest of the pointer, where only the
structural check, the throw-away process and the canary rows are left to refuse it.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tests.acceptance.outcome import Outcome
from tests.bundle.made import made_bundle, resealed

from salescope.bundle import CARD, MANIFEST, SCHEMA, load_model
from salescope.frames.errors import BundleError, TrialError
from salescope.registry.durable_files import stage_folder
from salescope.registry.published import load_current, publish
from salescope.registry.trial import offer

Files = dict[str, bytes]
KINDS = ("truncate", "flip", "zero", "structure")
# Bit flips that are resealed mostly make one plausible number of another, and each costs a process: one in ten is.
RESEALED_FLIPS = 10
# What a bundle holds whatever its kind; the rest is what the model has learned.
ADDED = frozenset({MANIFEST, CARD, SCHEMA, "canary.json"})


@dataclass(frozen=True)
class Mutation:
    """Is one mutated bundle, and whether its manifest was written anew."""

    kind: str
    files: Files
    resealed: bool


def mutate(files: Files, *, number: int, seed: int) -> Mutation:
    """Mutates a bundle; the number chooses the kind, number and seed everything else."""
    rng = np.random.default_rng([seed, number])
    kind = KINDS[number % len(KINDS)]
    if kind == "structure":
        return Mutation(kind, _resealed(_restructured(files, rng), files), resealed=True)
    name = str(rng.choice(sorted(files)))
    damaged = {**files, name: _damaged(files[name], kind=kind, rng=rng)}
    reseal = kind == "flip" and name != MANIFEST and rng.integers(RESEALED_FLIPS) == 0
    return Mutation(kind, _resealed(damaged, files) if reseal else damaged, resealed=bool(reseal))


def refusals(genuine: Files, *, count: int, seed: int = 0) -> Counter[str]:
    """Offers mutations of a bundle; counts what was refused where, and what was accepted."""
    found: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch, "published")
        published = publish(folder, genuine, version="1")
        for number in range(count):
            mutation = mutate(genuine, number=number, seed=seed)
            _overwrite(published.path, mutation.files)
            found["offered"] += 1
            found["accepted"] += _loads(folder)
            if mutation.resealed:
                found["resealed"] += 1
                found[_without_anchor(Path(scratch), mutation.files)] += 1
    return found


def run() -> Outcome:
    """Offers a thousand."""
    found = refusals(made_bundle(), count=1_000)
    figure = (
        f"{found['offered']} mutated bundles: 0 crashes, {found['accepted']} accepted; of {found['resealed']} with a "
        f"fitting manifest, offered without the pointer's digest, {found['structure']} refused by structure, "
        f"{found['trial']} by the trial, {found['needs the digest']} told apart by the digest alone"
    )
    return Outcome(figure, holds=found["offered"] == 1_000 and found["accepted"] == 0)


def _loads(folder: Path) -> bool:
    try:
        published, files = load_current(folder)
        load_model(files, digest=published.digest)
    except BundleError:
        return False
    return True


def _without_anchor(scratch: Path, files: Files) -> str:
    staged = stage_folder(scratch, files)
    try:
        offer(staged)
    except TrialError:
        return "trial"
    except BundleError:
        return "structure"
    # It is sound in itself: a number that no canary row meets was exchanged for another.
    load_model(files)
    return "needs the digest"


def _overwrite(path: Path, files: Files) -> None:
    for left in path.iterdir():
        left.unlink()
    for name, data in files.items():
        (path / name).write_bytes(data)


def _resealed(files: Files, genuine: Files) -> Files:
    return resealed(files, kind=json.loads(genuine[MANIFEST])["kind"])


def _damaged(data: bytes, *, kind: str, rng: np.random.Generator) -> bytes:
    place = int(rng.integers(len(data)))
    if kind == "truncate":
        return data[:place]
    changed = bytearray(data)
    if kind == "flip":
        changed[place] ^= 1 << int(rng.integers(8))
        return bytes(changed)
    length = min(int(rng.integers(1, 512)), len(data) - place)
    changed[place : place + length] = bytes(length)
    return bytes(changed)


def _restructured(files: Files, rng: np.random.Generator) -> Files:
    texts = [name for name in files if name.endswith(".txt")]
    changes = [*_state_changes(files, rng), *(_text_changes(files, rng, text=str(rng.choice(texts))) if texts else [])]
    return changes[int(rng.integers(len(changes)))]()


def _text_changes(files: Files, rng: np.random.Generator, *, text: str) -> list[Callable[[], Files]]:
    return [
        lambda: {**files, text: _with_number(files[text], rng, field="left_child", value=b"-99999")},
        lambda: {**files, text: _with_number(files[text], rng, field="right_child", value=b"0")},
        lambda: {**files, text: _with_number(files[text], rng, field="left_child", value=b"2147483647")},
        lambda: {**files, text: _with_number(files[text], rng, field="split_feature", value=b"4096")},
        lambda: {**files, text: _with_number(files[text], rng, field="num_leaves", value=b"1000000")},
        lambda: {**files, text: _with_number(files[text], rng, field="cat_boundaries", value=b"77")},
        lambda: {**files, text: _with_number(files[text], rng, field="threshold", value=b"nan")},
        lambda: {**files, text: _with_number(files[text], rng, field="leaf_value", value=b"1e999")},
        lambda: {**files, text: _with_number(files[text], rng, field="leaf_value", value=b"0.25")},
        lambda: {**files, text: _with_number(files[text], rng, field="tree_sizes", value=b"1")},
        lambda: {**files, text: _with_number(files[text], rng, field="max_feature_idx", value=b"1")},
        lambda: {**files, text: files[text].replace(b"end of trees", b"end of tress", 1)},
        lambda: {**files, text: files[text] + files[text]},
        lambda: {**files, text: _without_line(files[text], rng)},
        lambda: {name: data for name, data in files.items() if name != text},
    ]


def _state_changes(files: Files, rng: np.random.Generator) -> list[Callable[[], Files]]:
    state = str(rng.choice([name for name in files if name.endswith(".json") and name != MANIFEST]))
    learned = str(rng.choice([name for name in files if name.endswith(".json") and name not in ADDED]))
    return [
        lambda: {**files, state: b"[" * 10_000 + b"]" * 10_000},
        lambda: {**files, state: re.sub(rb"-?\d+\.\d+", b"NaN", files[state], count=1) + b" "},
        lambda: {**files, state: b'{"a":1,"a":2}'},
        lambda: {**files, learned: _without_key(files[learned], rng)},
        lambda: {**files, "extra.bin": b"\x80\x04."},
    ]


def _with_number(text: bytes, rng: np.random.Generator, *, field: str, value: bytes) -> bytes:
    lines = list(re.finditer(rb"^" + field.encode() + rb"=(.+)$", text, re.MULTILINE))
    if not lines:
        return text + b"\n"
    line = lines[int(rng.integers(len(lines)))]
    numbers = line[1].split(b" ")
    numbers[int(rng.integers(len(numbers)))] = value
    return text[: line.start(1)] + b" ".join(numbers) + text[line.end(1) :]


def _without_line(text: bytes, rng: np.random.Generator) -> bytes:
    lines = text.split(b"\n")
    del lines[int(rng.integers(len(lines)))]
    return b"\n".join(lines)


def _without_key(data: bytes, rng: np.random.Generator) -> bytes:
    keys = re.findall(rb'"([a-z_]+)":', data)
    if not keys:
        return data + b"]"
    chosen = keys[int(rng.integers(len(keys)))]
    return data.replace(b'"' + chosen + b'":', b'"' + chosen[::-1] + b'_":')
