#!/usr/bin/env python3
"""Compares our choice of credential providers with botocore's over generated pairs of files.

    kinds.py --pairs DIR --oracle "V/bin/python -X utf8 ../shared/tools/botocore_oracle.py" --ours target/debug/deps/oracle_kinds-HASH

run.sh calls it so. DIR holds folders with `config` and `credentials`, either of which may be absent. Exit 1 on a difference.
"""
import argparse
import collections
import json
import os
import pathlib
import subprocess
import sys

sys.dont_write_bytecode = True
import compare  # noqa: E402

# botocore's method -> the kinds that it stands for.
KINDS = {
    "assume-role": {"role"},
    "assume-role-with-web-identity": {"web-identity"},
    "sso": {"sso-session", "sso-legacy"},
    "shared-credentials-file": {"static", "session"},
    "config-file": {"static", "session"},
    "custom-process": {"process"},
    "login": {"login"},
    None: {"none"},
}
# The kinds that an error of botocore's may come from, and what we must say of the profile.
REFUSED = ("invalid", "PROFILE_INVALID")
ERRORS = {
    "InvalidConfigError": REFUSED,
    "PartialCredentialsError": REFUSED,
    "InfiniteLoopConfigError": REFUSED,
    "TypeError": REFUSED,
    "CredentialRetrievalError": ("missing", "CREDENTIALS_MISSING"),
}


def explained(botocore, ours):
    """Why we say more than botocore, which meets the fault only when it makes a call; None when we must agree."""
    kind, status, code = ours
    if botocore["error"] is not None or code != "PROFILE_INVALID":
        return None
    return {
        "static": "empty access key, or a temporary one without session token: signed with, refused by AWS",
        "session": "empty access key: signed with, refused by AWS",
        "none": "a secret key without access key id, or an sso-session without account and role: passed over",
        "process": "no command line: fails when it is started, which the oracle does not do",
        "sso-session": "settings that only the profile has do not reach SSOTokenProvider, or are blocks",
        "sso-legacy": "settings that are blocks",
        "login": "login_session is a block",
        "role": "the source's keys: empty, or temporary without session token; or its SSO settings",
    }.get(kind)


def agrees(botocore, ours):
    kind, status, code = ours
    if botocore["error"] is None:
        return kind in KINDS[botocore["method"]] and code != "PROFILE_INVALID"
    return (status, code) == ERRORS.get(botocore["error"].split(":")[0])


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--pairs", required=True)
    options.add_argument("--oracle", required=True)
    options.add_argument("--ours", required=True)
    options = options.parse_args()
    for path in [options.pairs, options.oracle.split()[-1], options.ours]:
        compare.needs(pathlib.Path(path), "what run.sh makes, and ../shared/tools")
    lines = []
    for name in sorted(os.listdir(options.pairs)):
        files = [os.path.join(options.pairs, name, file) for file in ("config", "credentials")]
        lines.append("\t".join(path if os.path.exists(path) else "-" for path in files))
    env = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    env["AWS_EC2_METADATA_DISABLED"] = "true"

    def ask(command):
        text = "\n".join(lines) + "\n"
        answer = subprocess.run(command, input=text, env=env, stdout=subprocess.PIPE, text=True, check=True)
        return [json.loads(line) for line in answer.stdout.splitlines()]

    botocore = ask(options.oracle.split() + ["--many", "--kinds"])
    ours = ask([options.ours, "--stdin"])
    assert len(botocore) == len(ours) == len(lines)
    counts, reasons, differences = collections.Counter(), collections.Counter(), 0
    for line, theirs, mine in zip(lines, botocore, ours):
        if theirs["error"] is not None or mine is None:
            counts["rejected"] += 1
            if (theirs["error"] is None) != (mine is not None):
                differences += 1
                print("rejection differs:", line)
            continue
        counts["accepted"] += 1
        for profile, choice in theirs["kinds"].items():
            counts["profiles"] += 1
            verdict = mine.get(profile) or [None, None, None]
            # botocore has a choice for the empty name too, which nobody can choose.
            if not profile or agrees(choice, verdict):
                continue
            reason = explained(choice, verdict)
            if reason:
                reasons[f"{choice['method']} / {verdict[0]}: {reason}"] += 1
            else:
                differences += 1
                print(f"{line}\n  {profile!r}: botocore {choice}, ours {verdict}")
    print(dict(counts), f"differences {differences}")
    for reason, count in reasons.most_common():
        print(f"  explained {count}: {reason}")
    sys.exit(differences > 0)


main()
