#!/usr/bin/env python3
"""Runs the play of the README's page for administrators with the real Ansible: run.py BINARY ANSIBLE_PLAYBOOK

First as a check (nothing is written), then for real (changed), then again (not changed), then as a check of other values, and
last against a value of the user's own, which must not win.
"""
import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
BINARY, ANSIBLE = (os.path.abspath(path) for path in sys.argv[1:3])


def fail(why, run):
    sys.exit(f"   ansible: {why}\n{run.stdout}\n{run.stderr}")


def written(path):
    if not os.path.exists(path):
        return None
    with open(path, "rb") as file:
        return file.read()


def main():
    with tempfile.TemporaryDirectory() as folder:
        home, root = f"{folder}/home", f"{folder}/root"
        os.makedirs(home)
        settings = f"{root}/etc/claude-code/managed-settings.d/50-bedrock.json"
        env = {
            "HOME": home, "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "CLAUDE_BEDROCK_ROOT": root,
            "ANSIBLE_STDOUT_CALLBACK": "ansible.builtin.minimal", "ANSIBLE_LOCAL_TEMP": f"{folder}/tmp",
            "ANSIBLE_REMOTE_TEMP": f"{folder}/tmp", "ANSIBLE_CALLBACK_RESULT_FORMAT": "json",
            "ANSIBLE_LOCALHOST_WARNING": "False",
        }

        def play(*more):
            """How many tasks changed something."""
            argv = [ANSIBLE, "-i", "localhost,", "-c", "local", "-e", f"ansible_python_interpreter={sys.executable}"]
            argv += ["-e", json.dumps({"claude_bedrock": BINARY, "settings": settings}), *more, f"{HERE}/play.yml"]
            run = subprocess.run(argv, env=env, capture_output=True, text=True, check=False, timeout=120, stdin=subprocess.DEVNULL)
            if run.returncode != 0:
                fail(f"exit {run.returncode}", run)
            return sum(line.startswith("localhost | CHANGED") for line in run.stdout.splitlines()), run

        for name, more, wanted in [
            ("a check of the first run", ["--check"], 1),
            ("the first run", [], 2),
            ("the second run", [], 0),
            ("a check with another region", ["--check", "-e", "region=eu-west-1", "-e", "profile=europe"], 1),
        ]:
            before = written(settings)
            changed, run = play(*more)
            if changed != wanted:
                fail(f"{name}: {changed} tasks changed something, {wanted} should", run)
            if "--check" in more and written(settings) != before:
                fail(f"{name} wrote the settings", run)
            print(f"   {name}: {changed} changed")
        os.makedirs(f"{home}/.claude")
        with open(f"{home}/.claude/settings.json", "w", encoding="utf-8") as own:
            json.dump({"env": {"AWS_REGION": "ap-south-1"}}, own)
        changed, run = play()
        if changed:
            fail("a user's own region made it change something", run)
        print("   with a region of the user's own: 0 changed, and the one laid down counts")


main()
