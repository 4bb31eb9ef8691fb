#!/usr/bin/env python3
"""Compares our two readings of AWS files with botocore and with the AWS SDK for JavaScript, over generated files.

    tests/oracle/compare.py --seed 0 --count 2000

Needs python3, node, npm and, once, the network: botocore and the SDK's loader are installed below target/oracle, unless
ORACLE_PYTHON (a Python with botocore) and ORACLE_NODE_PATH (a node_modules folder) say where they are. --tools is the
folder of gen_config.py, botocore_oracle.py and js_oracle.cjs: ../shared/tools, which does not come with the project.
Prints every difference; exits 1 when there is one, and 2 without the tools.

One departure is on purpose and is not a difference: a secret's line that is indented into the value of another key is
part of that value to botocore; we cut it. Every such value is printed and counted.
"""

import argparse
import collections
import importlib.util
import json
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
OWN = ROOT / "target" / "oracle"
SECRETS = ("aws_secret_access_key", "aws_session_token", "aws_security_token")


def install_botocore():
    """The Python to use; installs botocore unless the environment names one that has it."""
    python = os.environ.get("ORACLE_PYTHON")
    if not python:
        python = OWN / "venv" / "bin" / "python"
        if not python.exists():
            subprocess.run([sys.executable, "-m", "venv", OWN / "venv"], check=True)
            subprocess.run([python, "-m", "pip", "install", "--quiet", "botocore==1.44.5"], check=True)
    return str(python)


def install_js():
    """The NODE_PATH to use; installs the SDK's loader unless the environment names a folder that has it."""
    node_path = os.environ.get("ORACLE_NODE_PATH")
    if not node_path:
        node_path = OWN / "js" / "node_modules"
        if not node_path.exists():
            node_path.parent.mkdir(parents=True, exist_ok=True)
            package = "@smithy/shared-ini-file-loader@4.7.2"
            subprocess.run(["npm", "install", "--silent", "--prefix", node_path.parent, package], check=True)
    return str(node_path)


def needs(path, what):
    """Ends with one line where something that does not come with the project is not there."""
    if not path.exists():
        print(f"{os.path.basename(sys.argv[0])}: needs {what}: {path} is not there", file=sys.stderr)
        sys.exit(2)


def needs_tools(tools):
    """The generator and the other readers come beside the project, not with it."""
    needs(tools / "gen_config.py", "../shared/tools, the folder of the generator and the other readers (--tools)")


def load_generator(tools):
    """gen_config.py as a module."""
    spec = importlib.util.spec_from_file_location("gen_config", tools / "gen_config.py")
    generator = importlib.util.module_from_spec(spec)
    sys.dont_write_bytecode = True
    spec.loader.exec_module(generator)
    return generator


def answers(command, lines, **environment):
    """One JSON document for each line that the command is given."""
    done = subprocess.run(
        command, input="\n".join(lines) + "\n", stdout=subprocess.PIPE, check=True, text=True, encoding="utf-8", cwd=ROOT,
        env={**os.environ, **environment},
    )
    found = [json.loads(line) for line in done.stdout.split("\n") if line]
    assert len(found) == len(lines), f"{command[0]}: {len(found)} answers to {len(lines)} lines"
    return found


def is_secret(key):
    return any(secret in key.lower() for secret in SECRETS)


def without_secrets(value, key=""):
    """A value as we keep it: secrets are null; another key's value is cut from the line on that names a secret."""
    if is_secret(key):
        return None
    if isinstance(value, dict):
        return {k: v for k, v in value.items() if not is_secret(k)}
    lines = value.split("\n")
    first = next((at for at, line in enumerate(lines) if is_secret(line)), None)
    return value if first is None or len(lines) == 1 else "\n".join([*lines[:first], "…"])


def section(values):
    return {key: without_secrets(value, key) for key, value in values.items()}


def differences(ours, botocore, js):
    """What differs for one pair, as (what, ours, theirs)."""
    if (ours["error"] is None) != (botocore["error"] is None):
        yield "rejection", ours["error"], botocore["error"]
    elif ours["error"] is None:
        yield "profiles", ours["profiles"], botocore["profiles"]
        yield "values", ours["values"], {name: section(values) for name, values in botocore["values"].items()}
        sessions = {name: section(values) for name, values in botocore["sso_sessions"].items()}
        yield "sso-sessions", ours["sso_sessions"], sessions
        yield "sso-session order", list(ours["sso_sessions"]), list(sessions)
        regions = {name: values.get("region") for name, values in botocore["values"].items()}
        regions = {k: without_secrets(v, "region") if isinstance(v, str) else None for k, v in regions.items()}
        yield "regions", ours["regions"], regions
        readable = {name: reason is None for name, reason in ours["unreadable"].items()}
        yield "readable", readable, {name: name in js["values"] for name in botocore["profiles"]}
    # The oracle leaves these out of its list of profiles.
    seen = {k: v for k, v in ours["js"].items() if not k.startswith(("sso-session.", "services."))}
    theirs = {name: {k: None if is_secret(k) else v for k, v in values.items()} for name, values in js["values"].items()}
    yield "js", seen, theirs


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--seed", type=int, default=0)
    arguments.add_argument("--count", type=int, default=2000)
    arguments.add_argument("--tools", type=pathlib.Path, default=ROOT.parent / "shared" / "tools")
    chosen = arguments.parse_args()
    needs_tools(chosen.tools)
    python, node_path = install_botocore(), install_js()
    generator = load_generator(chosen.tools)
    build = ["cargo", "build", "--quiet", "--example", "oracle-dump"]
    subprocess.run(build, check=True, cwd=ROOT)
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))

    with tempfile.TemporaryDirectory() as folder:
        seeds = range(chosen.seed, chosen.seed + chosen.count)
        lines = []
        for seed in seeds:
            pair = os.path.join(folder, str(seed))
            generator.make(seed, pair)
            paths = (os.path.join(pair, name) for name in ("config", "credentials"))
            lines.append("\t".join(path if os.path.exists(path) else "-" for path in paths))
        ours = answers([target / "debug" / "examples" / "oracle-dump"], lines)
        botocore = answers([python, "-X", "utf8", chosen.tools / "botocore_oracle.py", "--many"], lines)
        js = answers(["node", chosen.tools / "js_oracle.cjs"], lines, NODE_PATH=node_path)

    found = collections.Counter()
    counts = collections.Counter()
    for seed, *three in zip(seeds, ours, botocore, js):
        counts["rejected" if three[1]["error"] else "accepted"] += 1
        counts["profiles"] += len(three[1]["profiles"])
        for name, values in three[1]["values"].items():
            for key, value in values.items():
                if isinstance(value, str) and not is_secret(key) and without_secrets(value, key) != value:
                    counts["values cut on purpose"] += 1
                    counts["regions cut on purpose"] += key == "region"
                    print(f"seed {seed}: cut on purpose: a secret is part of `{key}` of {name!r}")
        for reason in three[0].get("unreadable", {}).values():
            counts[reason or "readable"] += 1
        for what, mine, theirs in differences(*three):
            if mine != theirs:
                found[what] += 1
                print(f"seed {seed}: {what}\n  ours   {mine}\n  theirs {theirs}")
    print(f"{chosen.count} pairs from seed {chosen.seed}: {dict(counts)}")
    print(f"differences: {sum(found.values())} {dict(found) if found else ''}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
