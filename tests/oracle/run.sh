#!/usr/bin/env bash
# The comparisons with the real readers over COUNT generated pairs of files from SEED on: what we read, what we edit, what
# credentials we find: run.sh [COUNT [SEED]]. Every run takes other seeds, unless it is told which; a finding names its
# seed. Needs python3, node and npm.
set -euo pipefail
cd "$(dirname "$0")/../.."
count=${1:-2000}
seed=${2:-$(date +%s)}
tools=../shared/tools
target=${CARGO_TARGET_DIR:-target}
if [ ! -e "$tools/gen_config.py" ]; then
  echo "run.sh: needs $tools, the folder of the generator and the other readers, beside the project" >&2
  exit 2
fi
echo "   the same pairs again: bash tests/oracle/run.sh $count $seed"
python3 tests/oracle/compare.py --seed "$seed" --count "$count"
python3 tests/oracle/edits.py --seed "$seed" --count "$count"

pairs=$target/oracle/pairs
rm -rf "$pairs"
mkdir -p "$pairs"
python3 "$tools/gen_config.py" --seed "$seed" --count "$count" --out "$pairs" >/dev/null
ours=$(cargo test --locked --no-run --test oracle_kinds --message-format=json 2>/dev/null |
  python3 -c 'import json, sys
for line in sys.stdin:
    if line.startswith("{"):
        artifact = json.loads(line)
        if artifact.get("executable") and artifact["target"]["name"] == "oracle_kinds":
            print(artifact["executable"])')
python=${ORACLE_PYTHON:-target/oracle/venv/bin/python}
python3 tests/oracle/kinds.py --pairs "$pairs" --oracle "$python -X utf8 $tools/botocore_oracle.py" --ours "$ours"
