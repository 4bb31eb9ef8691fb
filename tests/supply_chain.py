#!/usr/bin/env python3
"""What the program is made of, held to rules: licences, sources, duplicates, and a reason for each dependency.

    supply_chain.py

The fuzz targets have a lock file of their own, in which sources and licences are looked at too; nothing of it is shipped.

Advisories need a database that is fetched: `cargo deny check advisories` in .github/workflows/advisories.yml asks it.
"""
import os
import re
import subprocess
import sys

sys.dont_write_bytecode = True
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, f"{ROOT}/.github/release")
import build  # noqa: E402
import sbom  # noqa: E402

FUZZ = f"{ROOT}/tests/fuzz"

# Licences that ask for no more than a notice.
LICENCES = {"MIT", "Apache-2.0", "BSD-3-Clause", "Zlib", "Unlicense", "Unicode-3.0", "CC0-1.0"}
# Others, each for the one package that has it.
EXCEPTIONS = {
    "option-ext": "MPL-2.0",  # asks for the source of its own files only; comes with `dirs`
    "libfuzzer-sys": "NCSA",  # asks for a notice; of the fuzz targets alone
}
# Packages that are there twice, each with the reason. None of these is in the binary.
TWICE = {
    "getrandom": "rust-ini, which the tests compare with, is still on an older one",
    "hashbrown": "rust-ini, which the tests compare with, is still on an older one",
}


def tokens(text):
    return re.findall(r"[()]|[^\s()]+", text)


def allowed(text, licences):
    """Whether an SPDX expression leaves a choice that is on the list."""
    words = tokens(text)

    def either():
        found = both()
        while words and words[0] == "OR":
            words.pop(0)
            found = both() or found
        return found

    def both():
        found = one()
        while words and words[0] == "AND":
            words.pop(0)
            found = one() and found
        return found

    def one():
        word = words.pop(0) if words else ""
        if word == "(":
            found = either()
            if not words or words.pop(0) != ")":
                raise ValueError(text)
            return found
        if not re.fullmatch(r"[\w.+-]+", word) or word in ("AND", "OR", "WITH"):
            raise ValueError(text)
        if words and words[0] == "WITH":
            # An exception only ever permits more.
            words[:2] = []
        return word in licences

    found = either()
    if words:
        raise ValueError(text)
    return found


def check_itself():
    """The expressions that would be read wrongly without brackets, order or exceptions."""
    some = {"MIT", "Zlib"}
    for text, wanted in [
        ("MIT", True), ("GPL-3.0", False), ("GPL-3.0 OR MIT", True), ("GPL-3.0 AND MIT", False), ("MIT AND Zlib", True),
        ("(GPL-3.0 OR MIT) AND Zlib", True), ("GPL-3.0 AND MIT OR Zlib", True), ("GPL-3.0 AND (MIT OR Zlib)", False),
        ("GPL-3.0 WITH LLVM-exception OR MIT", True), ("GPL-3.0 WITH LLVM-exception", False),
    ]:
        if allowed(text, some) != wanted:
            sys.exit(f"supply_chain.py: `{text}` is read wrongly")


def licences(packages):
    for package in packages:
        text = sbom.expression(package)
        try:
            if not allowed(text, LICENCES | {EXCEPTIONS.get(package["name"])}):
                yield f"{package['name']} {package['version']}: the licence {text} is not on the list"
        except ValueError:
            yield f"{package['name']} {package['version']}: cannot read the licence `{text}`"


def sources(packages, lock):
    sums = sbom.checksums(lock)
    for package in packages:
        if package["source"] != sbom.CRATES_IO:
            yield f"{package['name']} {package['version']}: comes from {package['source']}, not from crates.io"
        elif not sums.get((package["name"], package["version"])):
            yield f"{package['name']} {package['version']}: the lock file has no checksum for it"


def duplicates(packages, inside):
    names = [package["name"] for package in packages]
    twice = {name for name in names if names.count(name) > 1}
    linked = [package["name"] for package in packages if package["id"] in inside]
    for name in sorted(twice):
        if linked.count(name) > 1:
            yield f"{name} is in the binary twice"
        elif name not in TWICE:
            yield f"{name} is there twice, for no reason that is written down"
    yield from (f"{name} is no longer there twice: take it out of TWICE" for name in sorted(set(TWICE) - twice))


def released():
    with open(f"{ROOT}/.github/workflows/release.yml", encoding="utf-8") as file:
        return re.findall(r"target: ([\w-]+)", file.read())


def told():
    """The packages that the README gives a reason for: by the table under its heading, those in code in the first two columns."""
    with open(f"{ROOT}/README.md", encoding="utf-8") as file:
        part = re.search(r"^#+ What it is made of$(.*?)^#", file.read() + "\n#", re.MULTILINE | re.DOTALL)
    rows = re.findall(r"^\|(.*)\|(.*)\|(.*)\|(.*)\|$", part[1], re.MULTILINE) if part else []
    names, sizes = [], []
    for own, brings, reason, size in rows[2:]:
        names += re.findall(r"`([\w-]+)`", own + brings)
        if not reason.strip():
            yield f"the README gives no reason for {own.strip()}"
        if not re.fullmatch(r"\d{1,3}(,\d{3})*", size.strip()):
            yield f"the README gives no size for {own.strip()}"
        sizes.append(size)
    # Measuring anew is for tests/bench/size.py; what it wrote must at least fit into the binary and fill most of it.
    rest = re.search(r"The program itself is ([\d,]+) bytes of code, Rust's standard library ([\d,]+)\.", part[1] if part else "")
    total = sum(int(re.sub(r"\D", "", size) or 0) for size in [*sizes, *(rest.groups() if rest else [])])
    most = build.budget("x86_64-unknown-linux-gnu")
    if not rest or not most // 2 <= total <= most:
        yield f"the README's sizes come to {total:,} bytes of code, which cannot be: python3 tests/bench/size.py --write"
    for name in sorted(set(names)):
        if names.count(name) > 1:
            yield f"the README names {name} twice"
    return set(names)


def reasons(runtime):
    named = yield from told()
    yield from (f"the README has no row for {name}, which is in the binary" for name in sorted(runtime - named))
    yield from (f"the README has a row for {name}, which is not in the binary" for name in sorted(named - runtime))


def fuzz():
    """The packages that the fuzz targets are built from, those of this project left out."""
    found = sbom.metadata("--manifest-path", f"{FUZZ}/Cargo.toml")["packages"]
    return [package for package in found if package["source"]]


def main():
    check_itself()
    try:
        everything = sbom.metadata()
        targets = [sbom.metadata("--filter-platform", target) for target in released()]
        others = fuzz()
    except subprocess.CalledProcessError as failed:
        # cargo has said why, a lock file that is not what Cargo.toml asks for included.
        sys.exit(f"   `{' '.join(failed.cmd)}` fails; 1 objection")
    packages = [package for package in everything["packages"] if package["id"] != everything["resolve"]["root"]]
    inside = set().union(*(sbom.linked(target)[0] for target in targets))
    runtime = {package["name"] for package in packages if package["id"] in inside}
    wrong = [*licences(packages), *sources(packages, f"{ROOT}/Cargo.lock"), *duplicates(packages, inside), *reasons(runtime)]
    wrong += [f"fuzz targets: {line}" for line in [*licences(others), *sources(others, f"{FUZZ}/Cargo.lock")]]
    print(f"   {len(packages)} packages, {len(runtime)} of them in a binary, {len(others)} for the fuzz targets; {len(wrong)} objections")
    print("".join(f"   {line}\n" for line in wrong), end="")
    sys.exit(1 if wrong else 0)


main()
