#!/usr/bin/env bash
# Searches for inputs that break what targets.rs says must hold: run.sh [RUNS [TARGET...]]. Ten million runs of each
# target unless told otherwise. Prints runs and seconds of each; a broken one ends it, and its input is named.
#
# libFuzzer with the compiler's own coverage, on stable Rust: no nightly, no sanitizer (the code has no `unsafe` that
# these targets reach), and a C++ compiler for libFuzzer itself. FUZZ_FOLDER keeps the corpora that grow; `minimise` instead of RUNS takes the least of each
# that covers most into fixtures/fuzz.
set -euo pipefail
cd "$(dirname "$0")/../.."
runs=${1:-10000000}
shift || true
target=${CARGO_TARGET_DIR:-$PWD/target}/fuzz
folder=${FUZZ_FOLDER:-$target/corpora}
host=$(rustc -vV | sed -n 's/^host: //p')
coverage=(-Cpasses=sancov-module)
for option in level=4 inline-8bit-counters pc-table trace-compares; do
  coverage+=("-Cllvm-args=-sanitizer-coverage-$option")
done
# With --target the flags stay away from build scripts.
RUSTFLAGS="${coverage[*]}" CARGO_TARGET_DIR=$target \
  cargo build --quiet --locked --release --target "$host" --manifest-path tests/fuzz/Cargo.toml
[ $# -gt 0 ] || set -- $(sed -n 's/^    ("\([a-z_]*\)", [a-z_]*),$/\1/p' tests/fuzz/targets.rs)
for name in "$@"; do
  program=$target/$host/release/$name
  mkdir -p "$folder/$name" "fixtures/fuzz/$name"
  if [ "$runs" = minimise ]; then
    python3 tests/fuzz/minimise.py "$program" "$folder/$name" "fixtures/fuzz/$name"
    continue
  fi
  log=$folder/$name.log
  if ! "$program" -runs="$runs" -max_len=512 -timeout=10 -rss_limit_mb=1024 -print_final_stats=1 \
    -artifact_prefix="$folder/$name-" "$folder/$name" "fixtures/fuzz/$name" >"$log" 2>&1; then
    grep -A2 -E 'panicked at|ERROR|Test unit written' "$log"
    exit 1
  fi
  sed -n "s/^Done \([0-9]*\) runs in \([0-9]*\) second.*/$name: \1 runs in \2 s/p" "$log"
done
