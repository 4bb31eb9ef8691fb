#!/usr/bin/env python3
"""Prints the bill of materials (CycloneDX 1.5, JSON) of the binary for one target: sbom.py TARGET

Every package comes with its licence, its place in the registry and the SHA-256 that Cargo.lock holds it to. What only runs
while the binary is built (procedural macros and what they need) has the scope `excluded`. No clock, so that the same source
gives the same bytes.
"""
import json
import os
import re
import subprocess
import sys
import uuid

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CRATES_IO = "registry+https://github.com/rust-lang/crates.io-index"


def metadata(*more):
    """What cargo knows about the packages, the locked versions and no others."""
    argv = ["cargo", "metadata", "--locked", "--format-version", "1", *more]
    return json.loads(subprocess.run(argv, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout)


def checksums(lock=f"{ROOT}/Cargo.lock"):
    """By name and version, what the lock file says that the package's archive hashes to."""
    with open(lock, encoding="utf-8") as lock:
        blocks = lock.read().split("[[package]]")[1:]
    found = {}
    for block in blocks:
        value = {key: text for key, text in re.findall(r'^(\w+) = "(.*)"$', block, re.MULTILINE)}
        found[value["name"], value["version"]] = value.get("checksum")
    return found


def is_macro(package):
    return any("proc-macro" in target["kind"] for target in package["targets"])


def linked(graph):
    """The ids of the packages that end up in the binary, and of those that are needed to build it: two sets."""
    packages = {package["id"]: package for package in graph["packages"]}
    nodes = {node["id"]: node for node in graph["resolve"]["nodes"]}
    inside, outside = set(), set()

    def visit(name, runs):
        if name in inside or (not runs and name in outside):
            return
        (inside if runs else outside).add(name)
        for dependency in nodes[name]["deps"]:
            for kind in dependency["dep_kinds"]:
                if kind["kind"] != "dev":
                    # A macro runs in the compiler, and so does whatever it depends on.
                    visit(dependency["pkg"], runs and kind["kind"] is None and not is_macro(packages[dependency["pkg"]]))

    visit(graph["resolve"]["root"], True)
    return inside, outside - inside


def expression(package):
    """The licence as SPDX writes it; cargo used to allow a slash for "or"."""
    return re.sub(r"\s*/\s*", " OR ", package["license"] or "NOASSERTION")


def purl(package):
    return f"pkg:cargo/{package['name']}@{package['version']}"


def component(package, checksum, scope):
    found = {
        "type": "library",
        "bom-ref": purl(package),
        "name": package["name"],
        "version": package["version"],
        "scope": scope,
        "licenses": [{"expression": expression(package)}],
        "purl": purl(package),
    }
    if checksum:
        found["hashes"] = [{"alg": "SHA-256", "content": checksum}]
    if package["repository"]:
        found["externalReferences"] = [{"type": "vcs", "url": package["repository"]}]
    return found


def bill(target):
    graph = metadata("--filter-platform", target)
    inside, outside = linked(graph)
    packages = {package["id"]: package for package in graph["packages"]}
    root = packages[graph["resolve"]["root"]]
    sums = checksums()
    wanted = sorted((inside | outside) - {root["id"]}, key=lambda it: purl(packages[it]))
    components = [
        component(packages[it], sums.get((packages[it]["name"], packages[it]["version"])), "required" if it in inside else "excluded")
        for it in wanted
    ]
    dependencies = [
        {
            "ref": purl(packages[node["id"]]),
            "dependsOn": sorted({
                purl(packages[dependency["pkg"]]) for dependency in node["deps"]
                if any(kind["kind"] != "dev" for kind in dependency["dep_kinds"])
            }),
        }
        for node in sorted(graph["resolve"]["nodes"], key=lambda it: purl(packages[it["id"]]))
        if node["id"] in inside | outside
    ]
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": purl(root),
                "name": root["name"],
                "version": root["version"],
                "licenses": [{"expression": expression(root)}],
                "purl": purl(root),
            },
            "properties": [{"name": "cargo:target", "value": target}],
        },
        "components": components,
        "dependencies": dependencies,
    }
    text = json.dumps(document, sort_keys=True)
    return {**document, "serialNumber": uuid.uuid5(uuid.NAMESPACE_URL, text).urn}


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("sbom.py TARGET")
    print(json.dumps(bill(sys.argv[1]), indent=2))
