#!/usr/bin/env python3
"""Tests of what makes and installs a release: run.py BINARY [unittest options]

The install script runs against a file server on the loopback that has a good, a tampered and a broken release.
"""
import functools
import hashlib
import http.server
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import unittest

sys.dont_write_bytecode = True
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, f"{ROOT}/.github/release")
import build  # noqa: E402
import fill  # noqa: E402
import sbom  # noqa: E402

BINARY = os.path.abspath(sys.argv.pop(1))
VERSION = subprocess.run([BINARY, "--version"], check=True, capture_output=True, text=True).stdout.split()[1]
MACHINE = os.uname().machine
TARGET = f"{MACHINE}-unknown-linux-musl" if sys.platform == "linux" else f"{MACHINE.replace('arm64', 'aarch64')}-apple-darwin"
ARCHIVE = f"claude-bedrock-{VERSION}-{TARGET}.tar.gz"
# What the install script may use, besides the one that downloads.
TOOLS = "awk cat chmod cp cut grep gzip mkdir mktemp mv rm sh sha256sum tar uname".split()
INSTALL = f"{ROOT}/.github/install.sh"


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


class Install(unittest.TestCase):
    """One file server for all; each test has a release, a HOME and a PATH of its own."""

    @classmethod
    def setUpClass(cls):
        cls.root = tempfile.mkdtemp()
        cls.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=cls.root))
        threading.Thread(target=cls.server.serve_forever, daemon=True).start()

    @classmethod
    def tearDownClass(cls):
        cls.server.shutdown()
        cls.server.server_close()
        shutil.rmtree(cls.root)

    def setUp(self):
        self.folder = tempfile.mkdtemp(dir=self.root)
        self.home = os.path.join(self.folder, "home")
        os.mkdir(self.home)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/{os.path.basename(self.folder)}"
        self.release(BINARY)

    def release(self, binary):
        """A release of this one target, as the workflow makes it."""
        build.pack(binary, TARGET, VERSION, self.folder)
        with open(f"{self.folder}/{ARCHIVE}", "rb") as file:
            self.sums(f"{hashlib.sha256(file.read()).hexdigest()}  {ARCHIVE}\n")

    def sums(self, text):
        with open(f"{self.folder}/SHA256SUMS", "w", encoding="utf-8") as file:
            file.write(text)

    def fake(self, text):
        """A program called claude-bedrock, to be packed in place of ours."""
        path = os.path.join(tempfile.mkdtemp(dir=self.folder), "claude-bedrock")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, 0o755)
        return path

    def install(self, *args, shell="sh", tools=("curl",), script=INSTALL, home=True):
        path = tempfile.mkdtemp(dir=self.folder)
        for tool in [*TOOLS, *tools]:
            if shutil.which(tool):
                os.symlink(shutil.which(tool), f"{path}/{tool}")
        found = shutil.which(shell)
        env = {"PATH": path, "TMPDIR": self.folder, **({"HOME": self.home} if home else {})}
        return subprocess.run([found, script, *args], env=env, cwd=self.home, capture_output=True, text=True, check=False, timeout=60)

    def from_here(self, *args, **more):
        return self.install("--from", self.url, "--version", VERSION, *args, **more)

    @property
    def installed(self):
        return f"{self.home}/.local/bin/claude-bedrock"

    def left(self):
        """What is in HOME afterwards."""
        return sorted(os.path.relpath(os.path.join(at, name), self.home) for at, _, names in os.walk(self.home) for name in names)

    def assert_installed(self, run):
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertEqual(run.stdout, "")
        with open(self.installed, "rb") as ours, open(BINARY, "rb") as given:
            self.assertEqual(ours.read(), given.read())
        self.assertEqual(self.left(), [".local/bin/claude-bedrock"])

    def assert_refused(self, run, why):
        self.assertEqual(run.returncode, 1, run.stderr)
        self.assertIn(why, run.stderr)
        self.assertEqual(self.left(), [])

    def test_installs_with_either_downloader_in_every_shell(self):
        tried = 0
        for shell in ["sh", "dash", "bash"]:
            for tool in ["curl", "wget"]:
                if shutil.which(shell) and shutil.which(tool):
                    with self.subTest(shell=shell, tool=tool):
                        run = self.from_here(shell=shell, tools=[tool])
                        self.assert_installed(run)
                        self.assertIn(f"claude-bedrock {VERSION} is installed", run.stderr)
                        self.assertIn("on your PATH", run.stderr)
                    shutil.rmtree(f"{self.home}/.local")
                    tried += 1
        self.assertGreater(tried, 0)

    def test_a_filled_script_knows_its_release(self):
        with open(INSTALL, encoding="utf-8") as file:
            text = fill.fill(file.read(), "owner/claude-bedrock", VERSION, "")
        path = f"{self.folder}/install.sh"
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        self.assert_installed(self.install("--from", self.url, script=path))
        shutil.rmtree(f"{self.home}/.local")
        # Without --from it goes to the repository. A downloader that only notes what it was asked for says where.
        log = f"{self.folder}/asked"
        curl = self.fake(f'#!/bin/sh\necho "$*" >>"{log}"\nexit 22\n')
        os.rename(curl, os.path.join(os.path.dirname(curl), "curl"))
        env = {"HOME": self.home, "PATH": f"{os.path.dirname(curl)}:/usr/bin:/bin", "TMPDIR": self.folder}
        run = subprocess.run(["sh", path], env=env, capture_output=True, text=True, check=False)
        self.assert_refused(run, "cannot download https://github.com/owner/claude-bedrock/releases/download/v")
        with open(log, encoding="utf-8") as asked:
            self.assertIn("--proto =https --proto-redir =https", asked.read())

    def test_an_unfilled_script_asks_where_from(self):
        self.assert_refused(self.install(), "which release?")
        self.assert_refused(self.install("--version", VERSION), "where from?")

    def test_a_tampered_archive_is_refused_and_the_old_binary_stays(self):
        self.assert_installed(self.from_here())
        path = f"{self.folder}/{ARCHIVE}"
        with open(path, "r+b") as file:
            file.seek(-1, os.SEEK_END)
            last = file.read(1)
            file.seek(-1, os.SEEK_END)
            file.write(bytes([last[0] ^ 1]))
        run = self.from_here()
        self.assertEqual(run.returncode, 1)
        self.assertIn("checksum", run.stderr)
        self.assertIn("nothing was installed", run.stderr)
        with open(self.installed, "rb") as ours, open(BINARY, "rb") as given:
            self.assertEqual(ours.read(), given.read())
        shutil.rmtree(f"{self.home}/.local")
        self.assert_refused(self.from_here(tools=["wget"]), "checksum")

    def test_checksums_that_are_not_one_are_refused(self):
        good = hashlib.sha256(b"").hexdigest()
        for text in ["", f"{good}  another.tar.gz\n", f"{good}  {ARCHIVE}\n{good}  {ARCHIVE}\n", f"abc  {ARCHIVE}\n", f"$(id)  {ARCHIVE}\n"]:
            with self.subTest(text=text):
                self.sums(text)
                self.assert_refused(self.from_here(), "SHA256SUMS has no")

    def test_without_a_way_to_check_nothing_is_installed(self):
        TOOLS.remove("sha256sum")
        try:
            self.assert_refused(self.from_here(), "cannot be checked")
        finally:
            TOOLS.append("sha256sum")

    def test_what_is_not_there_is_refused(self):
        os.remove(f"{self.folder}/{ARCHIVE}")
        for tool in filter(shutil.which, ["curl", "wget"]):
            self.assert_refused(self.from_here(tools=[tool]), "cannot download")
        self.assert_refused(self.from_here(tools=[]), "curl or wget")

    def test_a_binary_that_does_not_start_is_not_installed(self):
        self.release(self.fake("#!/bin/sh\nexit 3\n"))
        self.assert_refused(self.from_here(), "does not start")

    def test_a_folder_where_the_binary_goes_is_refused(self):
        os.makedirs(f"{self.home}/to/claude-bedrock")
        self.assert_refused(self.from_here("--to", "to"), "is a folder; nothing was installed")

    def test_a_relative_folder_is_told_in_full(self):
        run = self.from_here("--to", "to")
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertIn(f"put {self.home}/to on your PATH", run.stderr)
        self.assertEqual(self.left(), ["to/claude-bedrock"])

    def test_a_home_is_only_needed_where_no_folder_is_given(self):
        self.assert_refused(self.from_here(home=False), "say where with --to")
        self.assertEqual(self.from_here("--to", f"{self.home}/to", home=False).returncode, 0)

    def test_a_server_that_cannot_be_reached_is_not_waited_for_without_end(self):
        with open(INSTALL, encoding="utf-8") as file:
            self.assertIn("--connect-timeout", file.read())

    def test_a_server_that_falls_silent_is_left(self):
        done = threading.Event()

        class Stalls(Quiet):
            def do_GET(self):
                self.send_response(200)
                self.send_header("Content-Length", "100")
                self.end_headers()
                self.wfile.write(b"abc")
                self.wfile.flush()
                done.wait()

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Stalls)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with open(INSTALL, encoding="utf-8") as file:
            text = file.read()
        # Half a minute is long for a test.
        text, changed = re.subn(r"--speed-time 30\b|-T 30\b", lambda found: found[0].replace("30", "1"), text)
        self.assertEqual(changed, 2)
        path = f"{self.folder}/impatient.sh"
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        try:
            for tool in filter(shutil.which, ["curl", "wget"]):
                with self.subTest(tool):
                    url = f"http://127.0.0.1:{server.server_address[1]}"
                    self.assert_refused(self.install("--from", url, "--version", VERSION, tools=[tool], script=path), "cannot download")
        finally:
            done.set()
            server.shutdown()
            server.server_close()

    def test_a_version_is_no_path(self):
        self.assert_refused(self.install("--from", self.url, "--version", "../1.0.0"), "not a version")

    def test_a_script_that_was_cut_off_does_nothing(self):
        with open(INSTALL, encoding="utf-8") as file:
            lines = file.read().splitlines(keepends=True)
        for keep in range(1, len(lines), 7):
            path = f"{self.folder}/cut.sh"
            with open(path, "w", encoding="utf-8") as file:
                file.writelines(lines[:keep])
            self.install("--from", self.url, "--version", VERSION, script=path)
            self.assertEqual(self.left(), [], f"after line {keep}")


class Bill(unittest.TestCase):
    def test_holds_what_is_linked_and_nothing_from_the_tests(self):
        bill = sbom.bill("x86_64-unknown-linux-musl")
        scopes = {it["name"]: it["scope"] for it in bill["components"]}
        self.assertEqual(scopes["clap_lex"], "required")
        self.assertEqual(scopes["libc"], "required")
        self.assertEqual(scopes["syn"], "excluded")
        self.assertNotIn("proptest", scopes)
        self.assertNotIn("windows-sys", scopes)
        self.assertIn("windows-sys", {it["name"] for it in sbom.bill("x86_64-pc-windows-gnu")["components"]})

    def test_each_component_has_its_hash_and_licence(self):
        for it in sbom.bill("x86_64-unknown-linux-musl")["components"]:
            with self.subTest(it["name"]):
                self.assertRegex(it["hashes"][0]["content"], "^[0-9a-f]{64}$")
                self.assertNotIn("/", it["licenses"][0]["expression"])
                self.assertEqual(it["purl"], f"pkg:cargo/{it['name']}@{it['version']}")

    def test_is_closed_and_always_the_same(self):
        bill = sbom.bill("x86_64-unknown-linux-musl")
        known = {it["bom-ref"] for it in bill["components"]} | {bill["metadata"]["component"]["bom-ref"]}
        self.assertEqual(known, {it["ref"] for it in bill["dependencies"]})
        for it in bill["dependencies"]:
            self.assertLessEqual(set(it["dependsOn"]), known)
        self.assertEqual(json.dumps(bill), json.dumps(sbom.bill("x86_64-unknown-linux-musl")))


class Fill(unittest.TestCase):
    def sums(self, version="1.2.3"):
        targets = ["aarch64-apple-darwin", "x86_64-apple-darwin", "aarch64-unknown-linux-musl", "x86_64-unknown-linux-musl"]
        return "".join(f"{hashlib.sha256(it.encode()).hexdigest()}  claude-bedrock-{version}-{it}.tar.gz\n" for it in targets)

    def formula(self, version="1.2.3", sums=None):
        with open(f"{ROOT}/.github/release/formula.rb", encoding="utf-8") as file:
            return fill.fill(file.read(), "owner/claude-bedrock", version, self.sums() if sums is None else sums)

    def test_a_formula_has_the_checksum_of_each_address(self):
        text = self.formula()
        pairs = re.findall(r'url "(.*)"\n\s*sha256 "(.*)"', text)
        self.assertEqual(len(pairs), 4)
        for url, checksum in pairs:
            target = re.fullmatch(r"https://github.com/owner/claude-bedrock/releases/download/v1\.2\.3/claude-bedrock-1\.2\.3-(.*)\.tar\.gz", url)[1]
            self.assertEqual(checksum, hashlib.sha256(target.encode()).hexdigest())
        self.assertNotIn("@SHA", text)
        if shutil.which("ruby"):
            subprocess.run(["ruby", "-c"], input=text, text=True, check=True, stdout=subprocess.DEVNULL)

    def test_what_a_formula_tests_is_so(self):
        text = self.formula()
        config = re.search(r'\(testpath/"\.aws/config"\)\.write "(.*)"', text)[1].replace("\\n", "\n")
        line = re.search(r'"#\{bin\}/claude-bedrock (--home.*)" \\\n\s*"(.*) 2>&1"', text)
        with tempfile.TemporaryDirectory() as home:
            os.mkdir(f"{home}/.aws")
            with open(f"{home}/.aws/config", "w", encoding="utf-8") as file:
                file.write(config)
            args = (line[1] + line[2]).replace("#{testpath}", home).split()
            run = subprocess.run([BINARY, *args], env={"PATH": "", "HOME": home}, capture_output=True, text=True, check=True)
        self.assertIn("CLAUDE_CODE_USE_BEDROCK", run.stdout + run.stderr)

    def test_what_is_missing_or_misshapen_is_an_error(self):
        for version, sums in [("1.2.3", ""), ("1.2.3", self.sums("1.2.4")), ("1.2.3", self.sums() * 2), ('1.2.3"', self.sums())]:
            with self.subTest(version=version), self.assertRaises(SystemExit):
                self.formula(version, sums)
        with self.assertRaises(SystemExit):
            fill.fill("@VERSION@", "owner/$(id)", "1.2.3", "")


class Build(unittest.TestCase):
    def test_archives_are_always_the_same(self):
        for target in ["x86_64-unknown-linux-musl", "x86_64-pc-windows-gnu"]:
            packed = []
            for _ in range(2):
                with tempfile.TemporaryDirectory() as folder:
                    copy = shutil.copy(BINARY, f"{folder}/claude-bedrock")
                    os.utime(copy, (len(packed) * 86400, 86400))
                    with open(build.pack(copy, target, "1.2.3", folder), "rb") as file:
                        packed.append(file.read())
            self.assertEqual(packed[0], packed[1], target)

    def test_every_released_target_has_a_budget(self):
        with open(f"{ROOT}/.github/workflows/release.yml", encoding="utf-8") as file:
            targets = re.findall(r"target: ([\w-]+)", file.read())
        self.assertGreaterEqual(len(targets), 5)
        for target in targets:
            self.assertGreater(build.budget(target), 0)


class Recipe(unittest.TestCase):
    def test_a_new_version_leaves_both_lock_files_right(self):
        """What CONTRIBUTING.md says is done to a copy; builds of a release refuse a lock file that is behind."""
        with open(f"{ROOT}/CONTRIBUTING.md", encoding="utf-8") as file:
            commands = re.search(r"## A release\n.*?```console\n(.*?)```", file.read(), re.DOTALL)[1].splitlines()
        self.assertEqual(len(commands), 2)
        with tempfile.TemporaryDirectory() as copy:
            shutil.copytree(f"{ROOT}/src", f"{copy}/src")
            shutil.copytree(f"{ROOT}/tests", f"{copy}/tests")
            shutil.copytree(f"{ROOT}/.cargo", f"{copy}/.cargo")
            for name in ["Cargo.toml", "Cargo.lock"]:
                shutil.copy(f"{ROOT}/{name}", copy)
            with open(f"{copy}/Cargo.toml", encoding="utf-8") as file:
                text = file.read()
            with open(f"{copy}/Cargo.toml", "w", encoding="utf-8") as file:
                file.write(text.replace(f'\nversion = "{VERSION}"', '\nversion = "97.0.0"', 1))
            for command in commands:
                subprocess.run(command.split(), cwd=copy, check=True, capture_output=True)
            for manifest in ["Cargo.toml", "tests/fuzz/Cargo.toml"]:
                argv = ["cargo", "metadata", "--locked", "--offline", "--no-deps", "--format-version", "1", "--manifest-path", manifest]
                subprocess.run(argv, cwd=copy, check=True, capture_output=True)
            for lock in ["Cargo.lock", "tests/fuzz/Cargo.lock"]:
                with open(f"{copy}/{lock}", encoding="utf-8") as file:
                    self.assertIn('name = "claude-bedrock"\nversion = "97.0.0"', file.read())


class Manual(unittest.TestCase):
    def test_it_has_every_command_and_no_tool_objects(self):
        page = subprocess.run([BINARY, "completions", "man"], check=True, capture_output=True, text=True).stdout
        shown = subprocess.run([BINARY, "--help"], check=True, capture_output=True, text=True).stdout
        names = re.findall(r"^  ([a-z-]+)  ", shown.split("Commands:")[1].split("\n\n")[0], re.MULTILINE)
        self.assertGreater(len(names), 10)
        for name in names:
            self.assertIn(f".SS claude\\-bedrock {name.replace('-', chr(92) + '-')}", page)
        for tool in [["groff", "-man", "-ww", "-z", "-Tutf8"], ["mandoc", "-T", "lint", "-W", "error"]]:
            if shutil.which(tool[0]):
                run = subprocess.run(tool, input=page, capture_output=True, text=True, check=False)
                self.assertEqual((run.returncode, run.stdout + run.stderr), (0, ""), tool)


class Workflows(unittest.TestCase):
    """What cannot be run here can at least be held to its rules."""

    def each(self):
        folder = f"{ROOT}/.github/workflows"
        for name in sorted(os.listdir(folder)):
            with open(f"{folder}/{name}", encoding="utf-8") as file:
                yield name, file.read()

    def test_actions_are_pinned(self):
        for name, text in self.each():
            for line in re.findall(r"uses: *(.*)", text):
                # One of our own is of the same commit.
                if not line.startswith("./.github/workflows/"):
                    self.assertRegex(line, r"^[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$", name)

    def test_nothing_is_published_before_it_ran(self):
        text = dict(self.each())["release.yml"]
        self.assertIn("needs: [build, windows, advisories]", text)
        self.assertIn("cargo test --locked --test cases", text)

    def test_nothing_is_permitted_that_a_job_does_not_ask_for(self):
        for name, text in self.each():
            self.assertRegex(text, r"(?m)^permissions: \{\}$", name)

    def test_no_outside_text_is_pasted_into_a_script(self):
        # An expression inside `run` is replaced before the shell reads it; it belongs into `env`.
        for name, text in self.each():
            for block in re.findall(r"(?m)^( *)(?:- )?run: *(?:\|\n((?:\1 +.*\n|\n)*)|(.*))", text):
                self.assertNotIn("${{", block[1] + block[2], name)


unittest.main(verbosity=0)
