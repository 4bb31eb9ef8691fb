#!/usr/bin/env python3
"""Edits generated AWS config files with the real binary and lets botocore read them before and after.

    tests/oracle/edits.py --seed 0 --count 2000

For each file that botocore accepts: `sso add`, `sso upgrade` of its first session and of its first legacy profile, each
on the file as it was. botocore must then have exactly the old values and the changes that the report tells, in the old
order, and `sso undo` must give back the very bytes. Every other file must be refused, untouched. Needs what compare.py
needs, without node. Prints every difference; exits 1 when there is one.
"""

import argparse
import collections
import concurrent.futures
import json
import os
import pathlib
import shlex
import subprocess
import sys
import tempfile

import compare

ADD = ["add", "--session", "new-s", "--start-url", "https://new.awsapps.com/start", "--sso-region", "us-west-2",
       "--profile", "new-p", "--account", "000000000001", "--role", "Role", "--region", "eu-west-1"]
SECTION = {"profile": "values", "sso-session": "sso_sessions"}


def run(binary, home, *words):
    clean = {"HOME": str(home), "PATH": "/nonexistent", "CLAUDE_BEDROCK_NOW": "1800000000"}
    done = subprocess.run([binary, "sso", *words, "--json"], env=clean, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
    return done.returncode, json.loads(done.stdout)


def edits_of(before):
    """What to try on a file with these contents."""
    yield "add", ADD
    for session in list(before["sso_sessions"])[:1]:
        yield "upgrade", ["upgrade", f"--session={session}"]
    legacy = [name for name, values in before["values"].items() if "sso_start_url" in values and "sso_session" not in values]
    for profile in legacy[:1]:
        yield "upgrade --all", ["upgrade", f"--profile={profile}", "--all"]


def expected(before, inherited, changes):
    """botocore's reading of the old file with the changes made in it."""
    out = {"profiles": list(before["profiles"])}
    for kind in SECTION.values():
        out[kind] = {name: dict(values) for name, values in before[kind].items()}
    for change in changes:
        words = shlex.split(change["section"])
        kind, name = ("profile", words[0]) if len(words) == 1 else (next(k for k in SECTION if words[0].startswith(k)), words[1])
        if name not in out[SECTION[kind]]:
            out[SECTION[kind]][name] = dict(inherited)
            out["profiles"] += [name] if kind == "profile" else []
        values = out[SECTION[kind]][name]
        after = change["after"] if change["after"] is not None else inherited.get(change["key"])
        if after is None:
            values.pop(change["key"], None)
        else:
            values[change["key"]] = after
    return out


def try_one(binary, place, seed, before, inherited):
    """The edits of one file: (what, its outcome, the path of the result or None, the changes)."""
    done = []
    text = (place / "config").read_bytes() if (place / "config").exists() else None
    for number, (what, words) in enumerate(edits_of(before) if before["error"] is None else [("add", ADD)]):
        home = place / f"home-{number}"
        (home / ".aws").mkdir(parents=True)
        config = home / ".aws" / "config"
        if text is not None:
            config.write_bytes(text)
        if (place / "credentials").exists():
            (home / ".aws" / "credentials").write_bytes((place / "credentials").read_bytes())
        code, answer = run(binary, home, *words)
        now = config.read_bytes() if config.exists() else None
        if code != 0:
            ok = answer["code"] != "INTERNAL" and now == text
            done.append((what, f"refused {answer['code']}" if ok else f"WRONG refusal {answer}", None, None))
            continue
        changes = answer["data"]["changes"]
        result = place / f"result-{number}"
        result.write_bytes(now or b"")
        outcome = "edited" if changes else "as wished"
        if changes:
            code, answer = run(binary, home, "undo")
            back = config.read_bytes() if config.exists() else None
            if code != 0 or back != text:
                outcome = f"WRONG undo {answer}"
        elif now != text:
            outcome = "WRONG: changed without a change"
        done.append((what, outcome, result, changes))
    return done


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--seed", type=int, default=0)
    arguments.add_argument("--count", type=int, default=2000)
    arguments.add_argument("--binary", type=pathlib.Path, help="the debug build unless given")
    arguments.add_argument("--tools", type=pathlib.Path, default=compare.ROOT.parent / "shared" / "tools")
    chosen = arguments.parse_args()
    compare.needs_tools(chosen.tools)
    python = compare.install_botocore()
    generator = compare.load_generator(chosen.tools)
    binary = chosen.binary
    if not binary:
        subprocess.run(["cargo", "build", "--quiet", "--locked"], check=True, cwd=compare.ROOT)
        binary = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", compare.ROOT / "target")) / "debug" / "claude-bedrock"
    binary = binary.resolve()

    def read(lines):
        return compare.answers([python, "-X", "utf8", chosen.tools / "botocore_oracle.py", "--many"], lines)

    counts, wrong = collections.Counter(), []
    with tempfile.TemporaryDirectory(dir="/dev/shm" if os.path.isdir("/dev/shm") else None) as folder:
        places, lines, probes, whole = [], [], [], []
        for seed in range(chosen.seed, chosen.seed + chosen.count):
            place = pathlib.Path(folder) / str(seed)
            generator.make(seed, str(place))
            config, credentials = place / "config", place / "credentials"
            places.append(place)
            # A new section has what [DEFAULT] hands down.
            (place / "probe").write_bytes((config.read_bytes() if config.exists() else b"") + b"\n[profile probe-of-ours]\n")
            lines.append(f"{config if config.exists() else '-'}\t-")
            whole.append(f"{config if config.exists() else '-'}\t{credentials if credentials.exists() else '-'}")
            probes.append(f"{place / 'probe'}\t-")
        before, inherited, both = read(lines), read(probes), read(whole)
        for one, pair in zip(before, both):
            one["error"] = one["error"] or pair["error"]
        inherited = [one["values"].get("probe-of-ours", {}) if one["error"] is None else {} for one in inherited]
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            jobs = [pool.submit(try_one, binary, *job) for job in zip(places, range(chosen.seed, chosen.seed + chosen.count), before, inherited)]
            done = [job.result() for job in jobs]
        results = [str(result) + "\t-" for edits in done for _, _, result, _ in edits if result]
        after = iter(read(results))
        for seed, (old, bare, edits) in enumerate(zip(before, inherited, done), chosen.seed):
            for what, outcome, result, changes in edits:
                counts[f"{what}: {outcome.split(' {')[0]}"] += 1
                if outcome.startswith("WRONG"):
                    wrong.append(f"seed {seed}: {what}: {outcome}")
                if old["error"] and "AWS_CONFIG_INVALID" not in outcome:
                    wrong.append(f"seed {seed}: {what}: not refused, though botocore rejects the file")
                if result:
                    new, want = next(after), expected(old, bare, changes)
                    if new["error"] or any(new[kind] != want[kind] for kind in want):
                        wrong.append(f"seed {seed}: {what}\n  botocore {new}\n  expected {want}")
    print("\n".join(wrong))
    print(f"{chosen.count} files from seed {chosen.seed}: {dict(sorted(counts.items()))}")
    edited = sum(count for what, count in counts.items() if what.endswith(": edited"))
    print(f"edits: {edited}, differences: {len(wrong)}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
