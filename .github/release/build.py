#!/usr/bin/env python3
"""Builds one target so that the same source gives the same bytes anywhere, and packs it: build.py TARGET [--out DIR]

Prints the archive's path. Fails when the binary is larger than its budget, or holds a path of the machine it was built on.
The same compiler is the caller's part: two releases of rustc give two binaries.
"""
import argparse
import gzip
import io
import json
import os
import re
import subprocess
import sys
import tarfile
import zipfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
NAME = "claude-bedrock"
# Bytes, by what the target's name ends with. Those of Linux stand in .ci/run, which every change has to pass.
BUDGETS = {"-apple-darwin": 1_500_000, "-windows-gnu": 1_900_000, "-linux-musl": "size_musl", "-linux-gnu": "size_gnu"}
# Packed beside the binary.
DOCUMENTS = ["LICENSE", "README.md", "CHANGELOG.md"]


def output(*argv):
    return subprocess.run(argv, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout


def version():
    """The version in Cargo.toml."""
    packages = json.loads(output("cargo", "metadata", "--locked", "--no-deps", "--format-version", "1"))["packages"]
    return next(package["version"] for package in packages if package["name"] == NAME)


def budget(target):
    """The most bytes that a binary for the target may have."""
    most = next((most for end, most in BUDGETS.items() if target.endswith(end)), None)
    if isinstance(most, str):
        with open(f"{ROOT}/.ci/run", encoding="utf-8") as script:
            found = re.search(rf"^{most}=(\d+)$", script.read(), re.MULTILINE)
        most = int(found[1]) if found else None
    if most is None:
        sys.exit(f"build.py: there is no size budget for {target}")
    return most


def places():
    """The folders of this machine whose paths the compiler would write into the binary, each with what stands for it."""
    home = os.path.abspath(os.environ.get("CARGO_HOME") or os.path.expanduser("~/.cargo"))
    crates = os.path.join(home, "registry", "src")
    # Each registry has a folder of its own, named after its address.
    found = [(os.path.join(crates, name), "/crates") for name in sorted(os.listdir(crates))]
    verbose = output("rustc", "--version", "--verbose")
    commit = re.search(r"^commit-hash: (\w+)$", verbose, re.MULTILINE)[1]
    library = os.path.join(output("rustc", "--print", "sysroot").strip(), "lib", "rustlib", "src", "rust")
    # The last that fits counts, so the widest come first.
    return [(home, "/cargo"), (ROOT, f"/{NAME}"), (library, f"/rustc/{commit}"), *found]


def build(target):
    """The path of the binary."""
    subprocess.run(["cargo", "fetch", "--locked", "--target", target], cwd=ROOT, check=True, stdout=sys.stderr)
    remaps = places()
    flags = [f"--remap-path-prefix={path}={name}" for path, name in remaps]
    if target.endswith("-windows-gnu"):
        flags.append("-Clink-arg=-Wl,--no-insert-timestamp")
    # As configuration and not as RUSTFLAGS, which would replace flags that the project sets itself.
    subprocess.run(
        ["cargo", "build", "--locked", "--release", "--bin", NAME, "--target", target, "--config", f"build.rustflags={json.dumps(flags)}"],
        cwd=ROOT, check=True, stdout=sys.stderr,
    )
    folder = os.path.join(ROOT, os.environ.get("CARGO_TARGET_DIR", "target"), target, "release")
    path = os.path.join(folder, NAME + (".exe" if "windows" in target else ""))
    with open(path, "rb") as file:
        binary = file.read()
    told = [place for place, _ in remaps if place.encode() in binary]
    if told:
        sys.exit(f"build.py: the binary names {', '.join(told)}")
    most = budget(target)
    print(f"{target}: {len(binary)} bytes of {most}", file=sys.stderr)
    if len(binary) > most:
        sys.exit(f"build.py: the binary for {target} is too large")
    return path


def members(binary, folder):
    """What an archive holds: name, bytes, mode. Always in the same order."""
    for path, mode in [(binary, 0o755), *((os.path.join(ROOT, name), 0o644) for name in DOCUMENTS)]:
        with open(path, "rb") as file:
            yield f"{folder}/{os.path.basename(path)}", file.read(), mode


def pack(binary, target, release, out):
    """Writes the archive with no clock, user or file system in it."""
    os.makedirs(out, exist_ok=True)
    folder = f"{NAME}-{release}-{target}"
    if "windows" in target:
        path = os.path.join(out, f"{folder}.zip")
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            for name, data, mode in members(binary, folder):
                member = zipfile.ZipInfo(name)
                member.create_system, member.external_attr, member.compress_type = 3, mode << 16, zipfile.ZIP_DEFLATED
                archive.writestr(member, data)
        return path
    path = os.path.join(out, f"{folder}.tar.gz")
    with open(path, "wb") as file, gzip.GzipFile("", "wb", 9, file, mtime=0) as packed, tarfile.open(
        fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT
    ) as archive:
        for name, data, mode in members(binary, folder):
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(data), mode
            archive.addfile(member, io.BytesIO(data))
    return path


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("target")
    parser.add_argument("--out", default="dist")
    given = parser.parse_args()
    print(pack(build(given.target), given.target, version(), os.path.abspath(given.out)))


if __name__ == "__main__":
    main()
