#!/usr/bin/env python3
"""How long `get-aws-context` takes, as ratios to an empty process, and how it grows with the files.

    startup.py [BINARY]

Two commands are run in turn, so that a busy machine slows both; the smallest time counts, the middle one is shown too.
Nothing fails on a time. Starting `aws` fails: the command has to answer from files alone.
"""
import os
import shutil
import statistics
import subprocess
import sys
import time

BINARY = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else "target/release/claude-bedrock")
HERE = os.path.join(os.environ.get("CARGO_TARGET_DIR", "target"), "bench")
SESSIONS = 10


def write(path, text, mode=0o600):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path, mode)


def home(count):
    """A HOME with `count` profiles: SSO, keys and roles, as in a company with many accounts."""
    path = os.path.join(HERE, f"home-{count}")
    shutil.rmtree(path, ignore_errors=True)
    config, credentials = [], []
    for n in range(min(SESSIONS, count)):
        config.append(f"[sso-session s{n}]\nsso_start_url = https://s{n}.awsapps.com/start\nsso_region = us-east-1\n")
    for n in range(count):
        kind = n % 4
        config.append(f"[profile team-{n}]\nregion = eu-west-{n % 3 + 1}\noutput = json\n")
        if kind < 2:
            config[-1] += f"sso_session = s{n % SESSIONS}\nsso_account_id = {100000000000 + n}\nsso_role_name = Developer\n"
        elif kind == 2:
            config[-1] += f"role_arn = arn:aws:iam::{100000000000 + n}:role/Reader\nsource_profile = team-{n - 1}\n"
        else:
            credentials.append(f"[team-{n}]\naws_access_key_id = AKIAEXAMPLE{n:09}\naws_secret_access_key = EXAMPLE-secret-{n}\n")
    write(f"{path}/.aws/config", "\n".join(config))
    if credentials:
        write(f"{path}/.aws/credentials", "\n".join(credentials))
    return path


def environment(path):
    return {"HOME": path, "USERPROFILE": path, "PATH": os.path.abspath(f"{HERE}/bin"), "LANG": "C.UTF-8", "TZ": "UTC"}


def once(argv, env):
    """Milliseconds from start to end of one process; its output goes nowhere."""
    sink = [(os.POSIX_SPAWN_OPEN, fd, os.devnull, os.O_WRONLY, 0) for fd in (1, 2)]
    begin = time.perf_counter()
    pid = os.posix_spawn(argv[0], argv, env, file_actions=sink)
    _, status = os.waitpid(pid, 0)
    spent = (time.perf_counter() - begin) * 1000
    if status != 0:
        sys.exit(f"{argv} ended with status {status}")
    return spent


def in_turn(commands, runs):
    """The times of each command, run one after the other `runs` times over."""
    times = [[] for _ in commands]
    for command in commands:
        once(*command)
    for _ in range(runs):
        for number, command in enumerate(commands):
            times[number].append(once(*command))
    return times


def empty_process():
    """A Rust program that does nothing, built like ours."""
    source, program = f"{HERE}/empty.rs", os.path.abspath(f"{HERE}/empty")
    write(source, "fn main() {}\n")
    subprocess.run(["rustc", "--edition=2024", "-Copt-level=z", "-Cpanic=abort", "-Cstrip=symbols", "-o", program, source], check=True)
    return program


def line(text, times, goal=""):
    print(f"   {text:<42} {min(times):8.2f} ms   middle {statistics.median(times):8.2f} ms   {goal}")


def main():
    os.makedirs(HERE, exist_ok=True)
    log = os.path.abspath(f"{HERE}/aws-calls")
    if os.path.exists(log):
        os.remove(log)
    write(f"{HERE}/bin/aws", f'#!/bin/sh\necho "$@" >>"{log}"\n', 0o755)

    def context(count):
        return [BINARY, "get-aws-context"], environment(os.path.abspath(home(count)))

    empty = ([empty_process()], environment(os.path.abspath(HERE)))
    nothing, one = in_turn([empty, context(1)], 300)
    line("an empty process", nothing)
    line("1 profile", one, f"{min(one) / min(nothing):.2f} times it; goal 2")
    (some,) = in_turn([context(200)], 60)
    line("200 profiles", some, "goal 5 ms")
    thousand, ten = in_turn([context(1000), context(10000)], 12)
    line("1,000 profiles", thousand)
    growth = (min(ten) - min(nothing)) / (min(thousand) - min(nothing))
    line("10,000 profiles", ten, f"{growth:.1f} times 1,000; goal 10, and 100 ms")

    started = "none"
    if os.path.exists(log):
        with open(log, encoding="utf-8") as calls:
            started = f"{len(calls.readlines())}"
    print(f"   starts of aws: {started}")
    wrong = started != "none"
    if shutil.which("strace"):
        argv, env = context(200)
        trace = os.path.abspath(f"{HERE}/trace")
        shown = subprocess.run(
            [shutil.which("strace"), "-f", "-o", trace, "-e", "trace=execve,fork,vfork,clone,clone3,socket,connect", *argv],
            env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False,
        )
        with open(trace, encoding="utf-8", errors="replace") as lines:
            calls = [text for text in lines if "(" in text and "+++" not in text]
        if shown.returncode != 0 and not calls:
            print("   skipped: strace may not trace here")
        else:
            print(f"   programs started, threads and sockets: {len(calls) - 1}")
            wrong = wrong or len(calls) != 1
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
