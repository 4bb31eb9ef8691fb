#!/usr/bin/env python3
"""Prints a template with a release's values in it: fill.py TEMPLATE REPOSITORY VERSION SHA256SUMS

`@REPOSITORY@`, `@VERSION@` and `@SHA256 TARGET@` are filled. A value that is missing or misshapen is an error: what comes out is
run by shells and by Homebrew.
"""
import re
import sys

NAME = "claude-bedrock"


def checksums(text, version):
    """By target, the checksum of its archive."""
    found = {}
    for line in text.splitlines():
        match = re.fullmatch(rf"([0-9a-f]{{64}}) [ *]{NAME}-{re.escape(version)}-([\w-]+)\.(?:tar\.gz|zip)", line)
        if match:
            if match[2] in found:
                sys.exit(f"fill.py: two checksums for {match[2]}")
            found[match[2]] = match[1]
    return found


def fill(template, repository, version, sums):
    if not re.fullmatch(r"[\w.-]+/[\w.-]+", repository):
        sys.exit(f"fill.py: not a repository: {repository}")
    if not re.fullmatch(r"\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?", version):
        sys.exit(f"fill.py: not a version: {version}")
    by_target = checksums(sums, version)

    def value(match):
        word, _, target = match[1].partition(" ")
        if word == "SHA256":
            if target not in by_target:
                sys.exit(f"fill.py: there is no checksum for {target}")
            return by_target[target]
        return {"REPOSITORY": repository, "VERSION": version}[word]

    return re.sub(r"@((?:REPOSITORY|VERSION|SHA256 [\w-]+))@", value, template)


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit("fill.py TEMPLATE REPOSITORY VERSION SHA256SUMS")
    sys.stdout.write(fill(read(sys.argv[1]), sys.argv[2], sys.argv[3], read(sys.argv[4])))
