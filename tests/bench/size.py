#!/usr/bin/env python3
"""How much code of the release binary each dependency is: size.py [--write]

Builds the release once more with its symbols and adds their sizes up by the crate they come from. A generic function of the
standard library counts for the first crate whose type it was made for. Code that was copied
into its caller counts for the caller. `--write` puts the numbers into the README's table.
"""
import collections
import os
import re
import subprocess
import sys

sys.dont_write_bytecode = True
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, f"{ROOT}/.github/release")
import sbom  # noqa: E402

STD = {"std", "core", "alloc", "std_detect", "rustc_demangle", "gimli", "addr2line", "object", "miniz_oxide", "adler2", "panic_abort", "panic_unwind", "unwind", "cfg_if"}


def build():
    target = os.path.join(ROOT, os.environ.get("CARGO_TARGET_DIR", "target"), "size")
    argv = ["cargo", "build", "--locked", "--release", "--quiet", "--target-dir", target, "--config", "profile.release.strip=false"]
    argv += ["--config", 'build.rustflags=["-Csymbol-mangling-version=v0"]']
    subprocess.run(argv, cwd=ROOT, check=True)
    return f"{target}/release/claude-bedrock"


def crate_of(symbol, known):
    """The crate that a demangled symbol counts for."""
    named = re.findall(r"(?<![\w:])(\w+)(?:\[[0-9a-f]+\])?::", symbol)
    ours = [name for name in named if name in known]
    return ours[0] if ours else "std" if any(name in STD for name in named) else "C and start-up"


def symbols(path):
    nm = subprocess.run(["nm", "--print-size", "--demangle", path], check=True, stdout=subprocess.PIPE, text=True)
    for line in nm.stdout.splitlines():
        match = re.fullmatch(r"[0-9a-f]+ ([0-9a-f]+) [tTwW] (.*)", line)
        if match:
            yield int(match[1], 16), match[2]


def groups(graph, inside):
    """By direct dependency, what it brings: each package counts for the first that needs it, direct ones for themselves."""
    nodes = {node["id"]: node for node in graph["resolve"]["nodes"]}
    names = {package["id"]: package["name"] for package in graph["packages"]}
    direct = [it["pkg"] for it in nodes[graph["resolve"]["root"]]["deps"] if it["pkg"] in inside]
    taken, found = set(direct), {}
    for top in sorted(direct, key=names.get):
        found[names[top]], waiting = [], [top]
        while waiting:
            for it in nodes[waiting.pop()]["deps"]:
                if it["pkg"] in inside and it["pkg"] not in taken:
                    taken.add(it["pkg"])
                    found[names[top]].append(names[it["pkg"]])
                    waiting.append(it["pkg"])
    return found


def put_into_readme(totals, sizes):
    """Renews the numbers. The rows and their reasons are written by hand; supply_chain.py says which are missing."""
    with open(f"{ROOT}/README.md", encoding="utf-8") as file:
        text = file.read()
    for name, total in totals.items():
        text = re.sub(rf"(?m)^(\| `{name}` \|.*\| )[\d,]+ \|$", rf"\g<1>{total:,} |", text)
    words = f"The program itself is {sizes['claude-bedrock']:,} bytes of code, Rust's standard library {sizes['std']:,}."
    text = re.sub(r"The program itself is [\d,]+ bytes of code, Rust's standard library [\d,]+\.", words, text)
    with open(f"{ROOT}/README.md", "w", encoding="utf-8") as file:
        file.write(text)


def main():
    host = re.search(r"^host: (.*)$", subprocess.run(["rustc", "-vV"], check=True, stdout=subprocess.PIPE, text=True).stdout, re.MULTILINE)[1]
    graph = sbom.metadata("--filter-platform", host)
    inside, _ = sbom.linked(graph)
    by_name = {package["name"].replace("-", "_"): package["name"] for package in graph["packages"] if package["id"] in inside}
    binary = build()
    sizes = collections.Counter()
    for size, symbol in symbols(binary):
        crate = crate_of(symbol, by_name)
        sizes[by_name.get(crate, crate)] += size
    totals = {name: sizes[name] + sum(sizes[it] for it in brings) for name, brings in groups(graph, inside).items()}
    for name, total in totals.items():
        print(f"{name:16} {total:9,}")
    for name in ["claude-bedrock", "std", "C and start-up"]:
        print(f"{name:16} {sizes[name]:9,}")
    print(f"{'all code':16} {sum(sizes.values()):9,}")
    if sys.argv[1:] == ["--write"]:
        put_into_readme(totals, sizes)


main()
