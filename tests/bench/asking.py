#!/usr/bin/env python3
"""Runs of `aws` and seconds of `get-aws-context` with a stand-in `aws` that takes 0.4 s: asking.py [BINARY]

Exit 1 when more listings are asked for than the case needs; nothing fails on a time. The script's figures were measured
with the same stand-in (one run after the other); they are the better of its two versions. In the last case that version
asked each profile's own region alone; we ask a short list of others too, and name those that give access. The other
version asked twenty regions one after another: 221 runs, 90.27 s.
"""
import os
import stat
import subprocess
import sys
import tempfile
import time

BINARY = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else "target/release/claude-bedrock")
AWS = """#!/bin/sh
echo "$*" >> "$ASKING_LOG"
sleep 0.4
case "$*" in
  *APPLICATION*) echo '{"inferenceProfileSummaries": []}' ;;
  *list-inference-profiles*)
    if [ "$ASKING_ACCESS" = 1 ]; then
      echo '{"inferenceProfileSummaries": [{"inferenceProfileId": "us.anthropic.claude-opus-5", "status": "ACTIVE", "type": "SYSTEM_DEFINED"}]}'
    else
      echo 'An error occurred (AccessDeniedException) when calling the ListInferenceProfiles operation: User is not authorized to perform: bedrock:ListInferenceProfiles' >&2
      exit 254
    fi ;;
  *) exit 252 ;;
esac
"""
# name, profiles, accounts, access, arguments, most listings, the script's runs and seconds
ASK = ["--check-bedrock"]
CASES = [
    ("1 profile, files only", 1, 1, True, [], 0, 4, 1.67),
    ("10 profiles, files only", 10, 10, True, [], 0, 31, 12.56),
    ("1 profile with access", 1, 1, True, ASK, 1, 5, 2.08),
    ("10 profiles in one account and role", 10, 1, True, ASK, 1, 41, 16.74),
    ("10 profiles in 10 accounts", 10, 10, True, ASK, 10, 41, 16.74),
    ("50 profiles in 50 accounts", 50, 50, True, ASK, 50, 201, 81.93),
    ("10 profiles without access anywhere", 10, 10, False, ASK, 50, 41, 16.70),
]


def home_of(folder, profiles, accounts):
    """A HOME with that many profiles, one live SSO session behind them."""
    os.makedirs(f"{folder}/.aws/sso/cache")
    with open(f"{folder}/.aws/config", "w") as out:
        out.write("[sso-session corp]\nsso_start_url = https://corp.awsapps.com/start\nsso_region = us-east-1\n")
        for n in range(profiles):
            account = 111122220000 + n % accounts
            out.write(f"\n[profile p{n}]\nsso_session = corp\nsso_account_id = {account}\nsso_role_name = Dev\nregion = us-west-2\n")
    import hashlib
    name = hashlib.sha1(b"corp").hexdigest()
    with open(f"{folder}/.aws/sso/cache/{name}.json", "w") as out:
        out.write('{"accessToken": "EXAMPLE", "expiresAt": "2099-01-01T00:00:00Z"}')


def measure(profiles, accounts, access, args):
    with tempfile.TemporaryDirectory() as folder:
        home_of(folder, profiles, accounts)
        os.mkdir(f"{folder}/bin")
        with open(f"{folder}/bin/aws", "w") as out:
            out.write(AWS)
        os.chmod(f"{folder}/bin/aws", stat.S_IRWXU)
        log = f"{folder}/runs"
        open(log, "w").close()
        env = {"HOME": folder, "PATH": f"{folder}/bin:/usr/bin:/bin", "ASKING_LOG": log, "ASKING_ACCESS": str(int(access))}
        started = time.monotonic()
        subprocess.run([BINARY, "get-aws-context", *args], env=env, check=True, capture_output=True)
        seconds = time.monotonic() - started
        with open(log) as text:
            runs = text.read().splitlines()
        listings = [run for run in runs if "APPLICATION" not in run]
        return len(listings), len(runs) - len(listings), seconds


def main():
    missed = []
    print(f"{'':38}{'runs':>6}{'+own':>6}{'s':>7}   {'script':>13}{'faster':>8}")
    for name, profiles, accounts, access, args, most_runs, script_runs, script_seconds in CASES:
        runs, own, seconds = min((measure(profiles, accounts, access, args) for _ in range(3)), key=lambda it: it[2])
        print(f"{name:38}{runs:6}{own:6}{seconds:7.2f}   {script_runs:5} {script_seconds:6.2f}s{script_seconds / seconds:7.0f}x")
        if runs > most_runs:
            missed.append(f"{name}: {runs} runs, at most {most_runs} are needed")
    print("runs: listings of Amazon's profiles, +own: of the account's own, beside them")
    print("\n".join(missed))
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
