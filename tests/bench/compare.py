#!/usr/bin/env python3
"""The table of the README: this program beside the script that it replaces, as ratios: compare.py [BINARY] [--write]

Both ask the same stand-in `aws`, which takes 0.4 s a call (asking.py has it). The script's figures are constants: they were
measured once, on the same kind of machine (2 cores, Linux on x86_64), with Node 20, and are those of the better of its two
versions. Where the script would run for an hour the figure is its number of calls times 0.408 s, marked ≈.
Of several runs the quickest counts. `--write` puts the table into the README, and the chart beside it. Nothing fails on a
time, here or in startup.py and asking.py; those fail on programs started and listings asked for.
"""
import argparse
import os
import re
import subprocess
import sys
import tempfile
from math import log10

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import asking  # noqa: E402
import startup  # noqa: E402

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
HEAD = "| | the replaced script | claude-bedrock | times better |\n| --- | --- | --- | --- |\n"
CALL = 0.408
ASK = ["--check-bedrock"]
# Profiles, arguments, accounts, the script's seconds, whether those are computed.
TIMES = [
    (1, [], 1, 1.67, False),
    (10, [], 10, 12.56, False),
    (50, [], 50, 61.41, False),
    (200, [], 200, 245.14, False),
    (10_000, [], 10_000, (1 + 3 * 10_000) * CALL, True),
    (1, ASK, 1, 2.08, False),
    (10, ASK, 10, 16.74, False),
    (50, ASK, 50, 81.93, False),
    (200, ASK, 200, 325.54, False),
    (10_000, ASK, 50, (1 + 4 * 10_000) * CALL, True),
]
# Profiles, the script's peak memory in MB (its Node process alone).
MEMORY = [(1, 43.6), (10, 44.0), (50, 48.6), (200, 50.2)]
STARTUP = 0.090
# MB on disk: the script's plugin folder, the `node` binary alone (its package is 187), and the `aws` of Debian.
PLUGIN, NODE, AWS = 0.332, 95.0, 92.0
PROBE = """use std::process::{Command, Stdio};
extern "C" { fn getrusage(who: i32, usage: *mut [i64; 18]) -> i32; }
fn main() {
    let mut words = std::env::args_os().skip(1);
    let status = Command::new(words.next().unwrap()).args(words).stdout(Stdio::null()).status().unwrap();
    assert!(status.success());
    let mut usage = [0i64; 18];
    assert_eq!(unsafe { getrusage(-1, &mut usage) }, 0);
    println!("{}", usage[4]);
}
"""


def probe():
    """A small program that runs another and prints its peak memory in kB. Python itself is too large to start it: until
    the new program is loaded, a child counts as large as its parent."""
    source, program = f"{startup.HERE}/probe.rs", os.path.abspath(f"{startup.HERE}/probe")
    startup.write(source, PROBE)
    subprocess.run(["rustc", "--edition=2021", "-Copt-level=z", "-Cpanic=abort", "-o", program, source], check=True)
    return program


def peak(program, profiles):
    """MB."""
    with tempfile.TemporaryDirectory() as folder:
        asking.home_of(folder, profiles, profiles)
        argv = [program, asking.BINARY, "get-aws-context"]
        run = subprocess.run(argv, env={"HOME": folder, "PATH": folder}, check=True, stdout=subprocess.PIPE, text=True)
        return int(run.stdout) / 1000


def started():
    """Seconds for the help of the program, as it was measured for the script."""
    env = startup.environment(os.path.abspath(startup.HERE))
    return min(startup.in_turn([([asking.BINARY, "--help"], env)], 100)[0]) / 1000


def seconds(value):
    if value < 0.1:
        return f"{value * 1000:.1f} ms"
    return f"{value:,.2f} s" if value < 100 else f"{value:,.0f} s"


def megabytes(value):
    return f"{value:.2f} MB" if value < 10 else f"{value:.0f} MB"


def ratio(script, ours):
    found = script / ours
    return f"{found:,.1f}" if found < 10 else f"{found:,.0f}" if found < 1000 else f"{round(found, -len(str(int(found))) + 2):,.0f}"


def rows():
    """What, the script's figure, ours, both as text; the numbers again for the chart."""
    ours = started()
    yield "start-up (`--help`)", seconds(STARTUP), seconds(ours), ratio(STARTUP, ours), None
    for profiles, args, accounts, script, computed in TIMES:
        tries = 1 if args and profiles >= 50 else 3 if args else 40 if profiles < 1000 else 10
        ours = min(asking.measure(profiles, accounts, True, args)[2] for _ in range(tries))
        what = f"{profiles:,} profile{'s' if profiles > 1 else ''}"
        if args:
            what += f" in {accounts:,} account{'s' if accounts > 1 else ''}, `--check-bedrock`"
        mark = "≈ " if computed else ""
        yield what, mark + seconds(script), seconds(ours), ratio(script, ours), (profiles, bool(args), script, ours)
    program = probe()
    for profiles, script in MEMORY:
        ours = peak(program, profiles)
        yield f"peak memory, {profiles} profile{'s' if profiles > 1 else ''}", megabytes(script), megabytes(ours), ratio(script, ours), None
    yield "peak memory, 10,000 profiles", "not measured", megabytes(peak(program, 10_000)), "", None
    own = os.path.getsize(asking.BINARY) / 1e6
    yield "on disk, with Node", megabytes(PLUGIN + NODE), megabytes(own), ratio(PLUGIN + NODE, own), None
    yield "on disk, with `aws` too", megabytes(PLUGIN + NODE + AWS), megabytes(own + AWS), ratio(PLUGIN + NODE + AWS, own + AWS), None


def chart(points):
    """An SVG of the times, the longer the bar the slower, on a logarithmic axis."""
    left, right, top, step = 210, 570, 64, 34
    lowest, highest = 0.001, 100_000

    def x(value):
        return left + (right - left) * log10(max(value, lowest) / lowest) / log10(highest / lowest)

    height = top + step * len(points) + 32
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 680 {height}" width="680" height="{height}" role="img" aria-labelledby="t">',
        '<title id="t">Seconds that get-aws-context takes, for the replaced script and for claude-bedrock, on a logarithmic axis</title>',
        # A ground of its own, so that the text can be read on a page of any colour.
        "<style>.g{fill:#fff;stroke:#d0d7de}.t{fill:#1f2328;font:13px sans-serif}.n{fill:#59636e;font:11px sans-serif}"
        ".s{fill:#c9510c}.o{fill:#0969da}.l{stroke:#d0d7de}"
        "@media (prefers-color-scheme:dark){.g{fill:#0d1117;stroke:#30363d}.t{fill:#e6edf3}.n{fill:#9198a1}"
        ".s{fill:#f0883e}.o{fill:#4493f8}.l{stroke:#30363d}}</style>",
        f'<rect class="g" x=".5" y=".5" width="679" height="{height - 1}" rx="6"/>',
        '<text class="t" x="16" y="24">Time of get-aws-context</text>',
        '<rect class="s" x="210" y="14" width="12" height="10"/><text class="t" x="228" y="24">replaced script</text>',
        '<rect class="o" x="340" y="14" width="12" height="10"/><text class="t" x="358" y="24">claude-bedrock</text>',
    ]
    for value, label in [(0.001, "1 ms"), (0.01, "10 ms"), (0.1, "0.1 s"), (1, "1 s"), (10, "10 s"), (100, "100 s"), (1000, "17 min"), (10_000, "3 h")]:
        out.append(f'<line class="l" x1="{x(value):.0f}" x2="{x(value):.0f}" y1="52" y2="{height - 32}"/>')
        out.append(f'<text class="n" x="{x(value):.0f}" y="46" text-anchor="middle">{label}</text>')
    for number, (profiles, asks, script, ours) in enumerate(points):
        y = top + step * number
        name = f"{profiles:,} profile{'s' if profiles > 1 else ''}"
        out.append(f'<text class="t" x="16" y="{y + 16}">{name}{", asking AWS" if asks else ""}</text>')
        for kind, value, at in [("s", script, y), ("o", ours, y + 12)]:
            out.append(f'<rect class="{kind}" x="{left}" y="{at}" width="{max(x(value) - left, 1):.0f}" height="10"/>')
        out.append(f'<text class="n" x="{x(max(script, ours)) + 6:.0f}" y="{y + 9}">{ratio(script, ours)} times</text>')
    out.append(f'<text class="n" x="16" y="{height - 12}">A call of aws takes 0.4 s. The axis is logarithmic.</text>')
    return "\n".join([*out, "</svg>"]) + "\n"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary", nargs="?", default="target/release/claude-bedrock")
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    asking.BINARY = os.path.abspath(given.binary)
    os.makedirs(startup.HERE, exist_ok=True)
    points = []
    table = HEAD
    print(table, end="")
    for what, script, ours, times, point in rows():
        line = f"| {what} | {script} | {ours} | {times} |\n"
        print(line, end="", flush=True)
        table += line
        points += [point] if point else []
    if given.write:
        with open(f"{ROOT}/.github/benchmark.svg", "w", encoding="utf-8") as file:
            file.write(chart(points))
        with open(f"{ROOT}/README.md", encoding="utf-8") as file:
            before, _, rest = file.read().partition(HEAD)
        if not rest:
            sys.exit("compare.py: the README has no such table")
        after = re.sub(r"\A(\|.*\n)+", "", rest)
        with open(f"{ROOT}/README.md", "w", encoding="utf-8") as file:
            file.write(before + table + after)


if __name__ == "__main__":
    main()
