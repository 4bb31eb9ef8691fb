#!/usr/bin/env python3
"""Takes from a corpus the few small inputs that cover most: minimise.py PROGRAM CORPUS KEPT. Inputs in KEPT whose names
start with `found-` stay; they are what was found."""

import pathlib
import subprocess
import sys
import tempfile

MOST, LARGEST = 16, 600


def main():
    program, corpus, kept = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    with tempfile.TemporaryDirectory() as folder:
        control = pathlib.Path(folder) / "control"
        command = [program, "-merge=1", f"-merge_control_file={control}", folder + "/out", str(corpus)]
        (pathlib.Path(folder) / "out").mkdir()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        lines = control.read_text().splitlines()
    files = [line for line in lines[2:] if line.startswith("/")]
    covers = {}
    for line in lines:
        if line.startswith("FT "):
            _, number, *features = line.split()
            covers.setdefault(int(number), set()).update(features)
    sizes = {number: pathlib.Path(files[number]).stat().st_size for number in covers}
    small = {number for number in covers if sizes[number] <= LARGEST}
    for old in kept.iterdir():
        if not old.name.startswith("found-"):
            old.unlink()
    seen, everything = set(), set().union(*covers.values())
    for _ in range(MOST):
        best = max(small, key=lambda number: (len(covers[number] - seen), -sizes[number]), default=None)
        if best is None or not covers[best] - seen:
            break
        seen |= covers[best]
        small.discard(best)
        path = pathlib.Path(files[best])
        (kept / path.name[:12]).write_bytes(path.read_bytes())
    print(f"{kept}: {len(list(kept.iterdir()))} inputs, {len(seen)} of {len(everything)} features")


main()
