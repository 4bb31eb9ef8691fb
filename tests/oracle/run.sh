#!/usr/bin/env bash
# The comparisons with the real readers over generated files: what we read, what we edit: run.sh [COUNT]. Needs python3, node and npm.
set -euo pipefail
cd "$(dirname "$0")/../.."
count=${1:-2000}
tools=../shared/tools
target=${CARGO_TARGET_DIR:-target}
if [ ! -e "$tools/gen_config.py" ]; then
  echo "   skipped: the generator is not beside the project ($tools)"
  exit 0
fi
python3 tests/oracle/compare.py --seed 0 --count "$count"
python3 tests/oracle/edits.py --seed 0 --count "$count"

pairs=$target/oracle/pairs
rm -rf "$pairs"
mkdir -p "$pairs"
python3 "$tools/gen_config.py" --seed 0 --count "$count" --out "$pairs" >/dev/null
ours=$(cargo test --locked --no-run --test oracle_kinds --message-format=json 2>/dev/null |
  python3 -c 'import json, sys
for line in sys.stdin:
    if line.startswith("{"):
        artifact = json.loads(line)
        if artifact.get("executable") and artifact["target"]["name"] == "oracle_kinds":
            print(artifact["executable"])')
python=${ORACLE_PYTHON:-target/oracle/venv/bin/python}
python3 tests/oracle/kinds.py --pairs "$pairs" --oracle "$python -X utf8 $tools/botocore_oracle.py" --ours "$ours"
