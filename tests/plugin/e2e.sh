#!/usr/bin/env bash
# The plugin in the real Claude Code, in a network of its own that reaches nothing but itself.
# usage: tests/plugin/e2e.sh PATH-OF-claude-bedrock
# Says why and ends with 0 where the client or such a network cannot be had. CLAUDE_BEDROCK_REQUIRED=1: ends with 1 then.
set -euo pipefail
cd "$(dirname "$0")/../.."

version=2.1.330
binary=$(realpath "$1")
place=$(realpath -m "${CARGO_TARGET_DIR:-target}")/claude-code/$version

skip() {
  echo "skipped: $*"
  [ "${CLAUDE_BEDROCK_REQUIRED:-}" != 1 ]
  exit
}

command -v python3 >/dev/null || skip 'python3 is not here'
find_client() {
  if [ -d "$place/node_modules" ]; then find "$place/node_modules/@anthropic-ai" -maxdepth 2 -name claude -type f; fi
}
client=$(find_client)
if [ -z "$client" ]; then
  command -v npm >/dev/null || skip 'Claude Code is not installed here, and npm is not either'
  mkdir -p "$place"
  npm install --prefix "$place" --cache "$place/cache" --no-audit --no-fund --ignore-scripts --silent \
    "@anthropic-ai/claude-code@$version" >/dev/null 2>&1 || skip "npm cannot install Claude Code $version"
  rm -rf "$place/cache"
  client=$(find_client)
  [ -n "$client" ] || skip "there is no Claude Code $version for this system"
fi

command -v ip >/dev/null || skip 'ip (iproute2) is not here'
for own in 'unshare -n' 'unshare -rn'; do
  if $own -- ip link set lo up 2>/dev/null; then
    exec $own -- sh -c 'ip link set lo up && exec python3 "$@"' sh tests/plugin/e2e.py "$binary" "$client"
  fi
done
skip 'this system gives no network namespace'
