#!/usr/bin/env python3
"""Runs the binary through the real `aws` CLI against a stub on the loopback: run.py BINARY

`CLAUDE_BEDROCK_REAL_AWS` names the folder with a current `aws`, `CLAUDE_BEDROCK_OLD_AWS` that with one from before
`bedrock`; .ci/run makes both from PyPI. What is not set is skipped, and said so.
"""
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
BINARY = os.path.abspath(sys.argv[1])
OPUS = "us.anthropic.claude-opus-5"
STATIC = "[profile dev]\nregion = us-west-2\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = secretEXAMPLE\n"
SSO = ("[profile dev]\nregion = us-west-2\nsso_session = corp\nsso_account_id = 111122223333\nsso_role_name = Dev\n"
       "[sso-session corp]\nsso_start_url = https://corp.awsapps.com/start\nsso_region = us-east-1\n"
       "sso_registration_scopes = sso:account:access\n")
failures = []


class Home:
    """A HOME with AWS files, an `aws` in front of PATH and endpoints that lead to the stub."""

    def __init__(self, aws, port, log, config):
        self.folder = tempfile.TemporaryDirectory()
        self.home = self.folder.name
        self.aws, self.port, self.log, self.config = aws, port, log, config

    def __enter__(self):
        os.mkdir(f"{self.home}/.aws")
        with open(f"{self.home}/.aws/config", "w") as out:
            out.write(self.config)
        return self

    def __exit__(self, *_):
        self.folder.cleanup()

    def token(self, expires, **more):
        folder = f"{self.home}/.aws/sso/cache"
        os.makedirs(folder)
        token = {"startUrl": "https://corp.awsapps.com/start", "region": "us-east-1", "accessToken": "tokenEXAMPLE", "expiresAt": expires, **more}
        with open(f"{folder}/{hashlib.sha1(b'corp').hexdigest()}.json", "w") as out:
            json.dump(token, out)

    def run(self, *args, way="well", sts="well", seconds=90, **env):
        base = f"http://127.0.0.1:{self.port}"
        env = {"HOME": self.home, "PATH": f"{self.aws}:/usr/bin:/bin", "LANG": "C.UTF-8", "NO_PROXY": "*",
               "AWS_ENDPOINT_URL_BEDROCK": f"{base}/{way}", "AWS_ENDPOINT_URL_STS": f"{base}/{sts}",
               "AWS_ENDPOINT_URL_SSO": f"{base}/sso", "AWS_ENDPOINT_URL_SSO_OIDC": f"{base}/oidc", **env}
        open(self.log, "w").close()
        started = time.monotonic()
        result = subprocess.run([BINARY, *args], env=env, cwd=self.home, capture_output=True, timeout=seconds)
        self.seconds = time.monotonic() - started
        try:
            return json.loads(result.stdout), result.returncode
        except ValueError:
            raise SystemExit(f"{args}: no JSON\n{result.stdout.decode()}\n{result.stderr.decode()}")

    def requests(self):
        with open(self.log) as text:
            return [json.loads(line) for line in text]


def check(name, holds, got):
    print(f"   {'ok' if holds else 'FAILED'}: {name}")
    if not holds:
        failures.append(name)
        print(json.dumps(got, indent=1)[:3000])


def apply(home, model="opus", *more, **ways):
    return home.run("apply-config", "--profile=dev", "--region=us-west-2", f"--model={model}", *more, **ways)


def with_current(aws, port, log):
    with Home(aws, port, log, STATIC) as home:
        got, _ = home.run("get-aws-context", "--check-bedrock", "--verify")
        profile = got["data"]["profiles"][0]
        ids = [one["profileId"] for one in profile["inferenceProfiles"]]
        check("a listing, an identity and an application profile", profile["bedrockAccess"] and ids[0].startswith("global.")
              and len(ids) == 5 and profile["identity"]["arn"].endswith("/jo") and profile["recommendedModel"] == OPUS
              and profile["applicationProfiles"][0]["profileArn"].endswith("/abc123"), got)
        got, _ = home.run("models", "--json", "--profile=dev", way="pages")
        pages = [one for one in home.requests() if one["query"].get("type") == ["SYSTEM_DEFINED"]]
        check("all pages", len(got["data"]["models"]) == 6 and len(pages) == 3, got)
        got, code = apply(home, "opus", "--pin")
        with open(f"{home.home}/.claude/settings.json") as text:
            env = json.load(text)["env"]
        check("a family becomes one id, pins beside it", code == 0 and got["data"]["verified"] and env["ANTHROPIC_MODEL"] == OPUS
              and env["ANTHROPIC_DEFAULT_SONNET_MODEL"] == "us.anthropic.claude-sonnet-5", got)
        got, _ = home.run("test-bedrock")
        check("what was applied passes the test", got["data"]["allPassed"], got)
        got, code = home.run("models", "--json", "--profile=dev", way="reset")
        check("the kept listing where AWS is not reached", code == 0 and got["data"]["kept"] and got["data"]["warnings"], got)
        got, _ = home.run("test-bedrock", sts="denied")
        check("sts is not needed", got["data"]["allPassed"], got)
    for way, wanted in [("denied", "BEDROCK_ACCESS_DENIED"), ("expired", "CREDENTIALS_EXPIRED"), ("badkey", "CREDENTIALS_INVALID"),
                        ("throttled", "THROTTLED"), ("broken", "SERVICE_ERROR"), ("reset", "NETWORK_ERROR"),
                        ("html", "SERVICE_ERROR"), ("portal", "AWS_CLI_OUTPUT_INVALID"), ("nova", "BEDROCK_ACCESS_DENIED"),
                        ("empty", ("BEDROCK_ACCESS_DENIED", "AWS_CLI_OUTPUT_INVALID"))]:
        with Home(aws, port, log, STATIC) as home:
            got, code = apply(home, way=way)
            check(f"{way} is {wanted}", code == 1 and got["code"] in wanted and got["suggestion"]
                  and not os.path.exists(f"{home.home}/.claude"), got)
    with Home(aws, port, log, STATIC) as home:
        got, code = apply(home, "opus", "--timeout=3", way="hang")
        check("a hang ends with --timeout", code == 1 and got["code"] == "AWS_CLI_TIMED_OUT" and home.seconds < 6, got)
        got, code = home.run("apply-config", "--profile=dev", "--region=us-east-9", "--model=opus", AWS_ENDPOINT_URL_BEDROCK="http://127.0.0.1:1/")
        check("a region that leads nowhere", code == 1 and got["code"] == "NETWORK_ERROR", got)
        got, code = apply(home, "opus-9")
        check("a model that is not there", code == 1 and got["code"] == "MODEL_NOT_FOUND", got)
        got, code = apply(home, "us.amazon.nova-pro-v1:0")
        check("a model of another maker", code == 1 and got["code"] == "MODEL_INVALID", got)
    with Home(aws, port, log, SSO) as home:
        got, code = apply(home)
        check("nobody logged in: no run at all", got["code"] == "SSO_LOGIN_REQUIRED" and "aws sso login --profile dev" in got["suggestion"]
              and not home.requests(), got)
        home.token("2099-01-01T00:00:00Z")
        got, code = apply(home)
        check("an SSO profile", code == 0 and got["data"]["verified"]
              and any(one["path"] == "federation/credentials" for one in home.requests()), got)
    with Home(aws, port, log, SSO) as home:
        home.token("2020-01-01T00:00:00Z", clientId="idEXAMPLE", clientSecret="secretEXAMPLE", refreshToken="refreshEXAMPLE",
                   registrationExpiresAt="2099-01-01T00:00:00Z")
        got, _ = home.run("get-aws-context", "--check-bedrock")
        profile = got["data"]["profiles"][0]
        renewals = [one for one in home.requests() if one["path"] == "token"]
        check("a session that renews itself does so once", profile["bedrockAccess"] and len(renewals) == 1
              and profile["credentials"]["status"] == "valid", [got, renewals])


def with_old(aws, port, log):
    with Home(aws, port, log, STATIC) as home:
        got, code = apply(home)
        check("an aws without bedrock", code == 1 and got["code"] in ("AWS_CLI_TOO_OLD", "AWS_CLI_V1") and "install" in got["suggestion"], got)
        got, _ = home.run("check-prerequisites")
        problem = got["data"]["aws_cli"]["problem"]
        check("and the prerequisites say so", not got["data"]["ready"] and problem["code"] in ("AWS_CLI_TOO_OLD", "AWS_CLI_V1"), got)


def main():
    jobs = [("CLAUDE_BEDROCK_REAL_AWS", with_current), ("CLAUDE_BEDROCK_OLD_AWS", with_old)]
    with tempfile.TemporaryDirectory() as folder:
        log = f"{folder}/requests"
        stub = subprocess.Popen([sys.executable, f"{HERE}/stub.py", log], stdout=subprocess.PIPE, text=True)
        try:
            port = int(stub.stdout.readline())
            for variable, job in jobs:
                aws = os.environ.get(variable)
                if not aws:
                    print(f"   skipped: {variable} names no folder with an aws")
                    continue
                version = subprocess.run([f"{aws}/aws", "--version"], capture_output=True, text=True)
                print(f"   {(version.stdout or version.stderr).strip()}")
                job(os.path.abspath(aws), port, log)
        finally:
            stub.kill()
    sys.exit(f"{len(failures)} failed: {', '.join(failures)}" if failures else 0)


main()
