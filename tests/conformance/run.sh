#!/usr/bin/env bash
# Judges a binary over the recorded scenarios of the replaced script: run.sh [BINARY] [judge.py options]
# Where we differ on purpose stands in fixtures/conformance/deliberate.json, each with its reason.
set -euo pipefail
cd "$(dirname "$0")/../.."
target=${CARGO_TARGET_DIR:-target}
binary=${1:-$target/release/claude-bedrock}
shift || true
archive=../shared/conformance.tar.xz
if [ ! -e "$archive" ]; then
  echo "run.sh: needs $archive, the recordings, beside the project" >&2
  exit 2
fi
if [ ! -d "$target/conformance" ] || [ "$archive" -nt "$target/conformance/judge.py" ]; then
  mkdir -p "$target"
  tar xJf "$archive" -C "$target" --touch
fi
cp fixtures/conformance/deliberate.json "$target/conformance/deliberate.json"
python3 - fixtures/conformance/deliberate.json "$target/conformance/index.json" <<'CHECK'
import json, sys
entries, known = (json.load(open(path)) for path in sys.argv[1:])
wrong = [f"{name}: no such scenario" for name in entries if name not in known]
wrong += [f"{name}: needs `skip` and `why`" for name, entry in entries.items() if not (entry.get("skip") and entry.get("why"))]
sys.exit("\n".join(wrong) or 0)
CHECK
python3 "$target/conformance/judge.py" --cmd "$binary" "$@"
