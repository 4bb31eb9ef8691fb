"""What the plugin does in the real Claude Code. Run by e2e.sh, which makes the network that this asks for."""

import datetime
import hashlib
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile

from stub import REPLY, Stub

MODEL = "eu.anthropic.claude-opus-4-6-v1"
CONFIG = """[profile dev]
sso_session = corp
sso_account_id = 111122223333
sso_role_name = Dev
region = eu-west-1

[sso-session corp]
sso_start_url = https://corp.awsapps.com/start
sso_region = eu-west-1
sso_registration_scopes = sso:account:access
"""

if socket.if_nameindex() != [(1, "lo")]:
    sys.exit("not in a network of its own: run tests/plugin/e2e.sh")

base = pathlib.Path(tempfile.mkdtemp(prefix="claude-bedrock-e2e-"))
tools = base / "my tools"  # the path of the program has a space in it
tools.mkdir()
program = tools / "claude-bedrock"
shutil.copy(sys.argv[1], program)
client = sys.argv[2]
stub = Stub()


class Home:
    """A fresh HOME with a project in it."""

    def __init__(self, name):
        self.path = base / name
        self.project = self.path / "project"
        self.project.mkdir(parents=True)

    def environment(self):
        services = {f"AWS_ENDPOINT_URL_{name}": stub.url for name in ("STS", "SSO", "SSO_OIDC", "BEDROCK")}
        return dict(services, HOME=str(self.path), PATH="/usr/bin:/bin", LANG="C.UTF-8", TERM="dumb", TZ="UTC",
                    ANTHROPIC_BEDROCK_BASE_URL=stub.url, AWS_EC2_METADATA_DISABLED="true", DISABLE_TELEMETRY="1",
                    DISABLE_AUTOUPDATER="1", DISABLE_ERROR_REPORTING="1", CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC="1",
                    CLAUDE_CODE_TMPDIR=str(self.path))

    def run(self, *command):
        return subprocess.run([str(part) for part in command], cwd=self.project, env=self.environment(), text=True,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=120)

    def bedrock(self, *args):
        done = self.run(program, *args)
        assert done.returncode == 0, (args, done)
        return done.stdout

    def claude(self, *args):
        """Runs the client; the answer and what it sent."""
        stub.requests.clear()
        done = self.run(client, *args)
        return done, list(stub.requests)

    def write(self, path, text):
        full = self.path / path
        full.parent.mkdir(parents=True, exist_ok=True)
        full.write_text(text)

    def sso(self, minutes):
        """A profile whose SSO session ends that many minutes from now."""
        end = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=minutes)
        self.write(".aws/config", CONFIG)
        token = {"startUrl": "https://corp.awsapps.com/start", "region": "eu-west-1", "accessToken": "EXAMPLE",
                 "expiresAt": end.strftime("%Y-%m-%dT%H:%M:%SZ")}
        self.write(f".aws/sso/cache/{hashlib.sha1(b'corp').hexdigest()}.json", json.dumps(token))

    def apply(self):
        # The client runs the refresh command when STS does not answer as it likes; there is no `aws` here.
        self.bedrock("apply-config", "--profile=dev", "--region=eu-west-1", f"--model={MODEL}", "--offline",
                     "--auth-refresh=none")

    def tree(self):
        return {path.relative_to(self.path): path.read_bytes() if path.is_file() else None
                for path in self.path.rglob("*")}


def turns(requests):
    """The requests of a conversation; those of one token are the client's own look at what a tier may use."""
    return [r for r in requests if r["model"] and r["body"].get("max_tokens") != 1]


def tool_result(requests):
    for request in requests:
        for message in request["body"].get("messages", []):
            for block in message["content"] if isinstance(message["content"], list) else []:
                if block.get("type") == "tool_result":
                    return block
    return None


def the_home_is_what_it_was():
    home = Home("undone")
    home.write(".claude/settings.json", '{\n\t"theme": "dark"\n}')
    before = home.tree()
    home.bedrock("plugin", "install", "--statusline")
    assert home.tree() != before
    home.bedrock("plugin", "uninstall")
    assert home.tree() == before, home.tree()


def the_client_finds_nothing_wrong_with_it():
    home = Home("valid")
    home.bedrock("plugin", "install")
    folder = home.path / ".claude/skills/bedrock"
    # Beside a marketplace's manifest the client looks at no other, so the plugin's own is looked at alone too.
    alone = home.path / "alone"
    shutil.copytree(folder, alone)
    (alone / ".claude-plugin/marketplace.json").unlink()
    for place, kind in ((folder, "marketplace"), (alone, "plugin")):
        for extra in ([], ["--strict"], ["--profile", "directory"]):
            done, _ = home.claude("plugin", "validate", place, *extra)
            assert done.returncode == 0 and "Validation passed" in done.stdout, done
            assert f"Validating {kind} manifest" in done.stdout, done
    done, _ = home.claude("plugin", "list")
    assert "bedrock@skills-dir" in done.stdout and "loaded" in done.stdout and "rror" not in done.stdout, done


def commands_answer_without_a_login():
    home = Home("no-login")
    home.bedrock("plugin", "install")
    for command, words in (("status", "not set up for Amazon Bedrock"), ("doctor", "not set up"), ("help", "/bedrock:doctor"),
                           ("repair yes", "nothing to mend"), ("reset yes", "nothing")):
        done, requests = home.claude("-p", f"/bedrock:{command}")
        assert words in done.stdout and not requests, (done, requests)


def commands_answer_with_an_expired_session():
    home = Home("expired")
    home.sso(-90)
    home.apply()
    home.bedrock("plugin", "install")
    for command, words in (("status", "aws sso login --profile dev"), ("doctor", "dev"), ("login", "! aws sso login"),
                           ("reset", "/bedrock:reset yes"), ("bedrock", "aws sso login"), ("repair", "aws sso login"),
                           ("models", "aws sso login"), ("thinking", "aws sso login")):
        done, requests = home.claude("-p", f"/bedrock:{command}")
        assert words in done.stdout and not turns(requests), (done, requests)
    done, requests = home.claude("-p", "/bedrock:reset yes")
    assert "Restart Claude Code" in done.stdout and not turns(requests), (done, requests)
    assert "BEDROCK" not in json.dumps(settings(home)), settings(home)
    done, requests = home.claude("-p", "hi")
    assert not [r for r in requests if r["model"] or "anthropic" in json.dumps(r["body"])], requests


def a_model_that_answers_nothing_is_mended_without_one():
    home = Home("stale")
    home.write(".aws/config", "[profile dev]\nregion = eu-west-1\n")
    home.write(".aws/credentials", "[dev]\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = EXAMPLE\n")
    env = {"CLAUDE_CODE_USE_BEDROCK": "1", "AWS_PROFILE": "dev", "AWS_REGION": "eu-west-1"}
    home.write(".claude/settings.json", json.dumps({"env": env, "model": "us.anthropic.claude-opus-4-8"}))
    home.bedrock("plugin", "install")
    for command, words in (("repair", "/bedrock:repair yes"), ("repair yes", "Restart Claude Code")):
        done, requests = home.claude("-p", f"/bedrock:{command}")
        assert words in done.stdout and not turns(requests), (done, requests)
    assert settings(home) == {"env": env}, settings(home)
    done, requests = home.claude("-p", "hi")
    assert done.stdout.strip() == REPLY and {r["model"].split(".")[0] for r in turns(requests)} == {"eu"}, requests


def a_program_that_is_gone_fails_no_session():
    home = Home("gone")
    home.sso(600)
    home.apply()
    other = base / "gone-program/claude-bedrock"
    other.parent.mkdir()
    shutil.copy(program, other)
    home.run(other, "plugin", "install")
    other.unlink()
    for prompt in ("hi", "/bedrock:status"):
        done, _ = home.claude("-p", prompt)
        assert done.returncode == 0 and done.stdout.strip() == REPLY, done


def settings(home):
    path = home.path / ".claude/settings.json"
    return json.loads(path.read_text()) if path.exists() else {}


def a_turn_goes_where_the_settings_say():
    home = Home("applied")
    home.write(".aws/config", "[profile dev]\nregion = eu-west-1\n")
    home.write(".aws/credentials", "[dev]\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = EXAMPLE\n")
    home.apply()
    done, requests = home.claude("-p", "hi")
    assert done.stdout.strip() == REPLY, done
    sent = {(r["model"], r["region"], r["key"]) for r in turns(requests)}
    assert sent == {(MODEL, "eu-west-1", "AKIAEXAMPLE")}, sent


def the_warning_reaches_the_request():
    home = Home("ends-soon")
    home.sso(20)
    home.apply()
    home.bedrock("plugin", "install")
    done, requests = home.claude("-p", "hi")
    assert done.stdout.strip() == REPLY, done
    bodies = json.dumps([r["body"] for r in turns(requests)])
    assert "the session ends in" in bodies and "aws sso login --profile dev" in bodies, bodies[:2000]
    home.sso(600)
    _, requests = home.claude("-p", "hi")
    assert turns(requests) and "Amazon Bedrock, profile" not in json.dumps([r["body"] for r in requests])


def only_what_reads_runs_without_being_allowed():
    home = Home("tools")
    home.sso(600)
    home.apply()
    home.bedrock("plugin", "install")
    cli = f"'{program}'"
    pwned = base / "pwned"
    for command, runs in (
        (f"{cli} check-prerequisites", True),
        (f"{cli} get-aws-context", True),
        (f"{cli} get-aws-context --home {home.project}", False),
        (f"{cli} get-aws-context --check-bedrock --home={home.project}", False),
        (f"{cli} get-aws-context --settings /etc/passwd", False),
        (f"{cli} check-prerequisites --home {home.project}", False),
        (f"AWS_CONFIG_FILE={home.project}/config {cli} get-aws-context", False),
        (f"{cli} get-aws-context\ntouch {pwned}", False),
        (f"{cli} get-aws-context & touch {pwned}", False),
        (f"{cli} get-aws-context | tee {pwned}", False),
        (f"{cli} apply-config --remove", False),
        (f"{cli} get-aws-context; touch {pwned}", False),
        (f"{cli} get-aws-context $(touch {pwned})", False),
        (f"{cli} get-aws-context > {pwned}", False),
        (f"{cli} plugin install", False),
        (f"{cli} reset", False),
    ):
        stub.tool = command
        done, requests = home.claude("-p", "/bedrock", "--max-turns", "3")
        stub.tool = None
        result = tool_result(requests)
        assert result, (command, done)
        assert bool(result.get("is_error")) != runs, (command, result)
        assert not runs or '"success": true' in json.dumps(result).replace('\\"', '"'), result
        first = json.dumps(turns(requests)[0]["body"])
        assert "check-prerequisites" in first, "the bare /bedrock is the set-up"
    assert not pwned.exists()


def a_command_of_the_projects_own_is_left_to_it():
    home = Home("own-command")
    home.sso(600)
    home.apply()
    home.bedrock("plugin", "install")
    home.write("project/.claude/commands/bedrock/reset.md", "Reset the game's server.\n")
    before = settings(home)
    done, requests = home.claude("-p", "/bedrock:reset yes")
    assert done.stdout.strip() == REPLY and "the game's server" in json.dumps(turns(requests)[0]["body"]), done
    assert settings(home) == before, settings(home)


def other_ways_in():
    home = Home("elsewhere")
    folder = home.path / "market place"
    home.bedrock("plugin", "install", "--dir", folder)
    done, requests = home.claude("--plugin-dir", folder, "-p", "/bedrock:status")
    assert "not set up for Amazon Bedrock" in done.stdout and not requests, done
    for command in (("marketplace", "add", folder), ("install", "bedrock@claude-bedrock")):
        done, _ = home.claude("plugin", *command)
        assert done.returncode == 0, done
    done, requests = home.claude("-p", "/bedrock:status")
    assert "not set up for Amazon Bedrock" in done.stdout and not requests, done


def main():
    failed = 0
    for check in (the_home_is_what_it_was, the_client_finds_nothing_wrong_with_it, commands_answer_without_a_login,
                  commands_answer_with_an_expired_session, a_model_that_answers_nothing_is_mended_without_one,
                  a_program_that_is_gone_fails_no_session, a_turn_goes_where_the_settings_say,
                  the_warning_reaches_the_request, only_what_reads_runs_without_being_allowed,
                  a_command_of_the_projects_own_is_left_to_it, other_ways_in):
        name = check.__name__.replace("_", " ")
        try:
            check()
            print(f"ok      {name}", flush=True)
        except (AssertionError, subprocess.TimeoutExpired) as problem:
            failed += 1
            print(f"FAILED  {name}: {problem}", flush=True)
    shutil.rmtree(base, ignore_errors=True)
    sys.exit(1 if failed else 0)


main()
