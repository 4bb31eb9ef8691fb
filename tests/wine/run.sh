#!/usr/bin/env bash
# Builds the Windows binary with mingw and runs the tests that mean something there under Wine.
# bash tests/wine/run.sh [TARGET] [FOLDER_FOR_WINE]
set -euo pipefail
cd "$(dirname "$0")/../.."

target=${1:-x86_64-pc-windows-gnu}
out=${2:-${CARGO_TARGET_DIR:-target}/wine}
mkdir -p "$out"
out=$(cd "$out" && pwd)
# Wine's own home, and beside it the temporary folders of the tests: on one file system with the build, so that a
# stand-in is a second name of the test program and not a copy.
export WINEPREFIX=$out/wine-home WINEDEBUG=-all CARGO_TARGET_X86_64_PC_WINDOWS_GNU_RUNNER=wine
# Wine lets some folders of the tests stand.
trap 'rm -rf "$WINEPREFIX"/drive_c/users/*/Temp/claude-bedrock-*' EXIT
# It looks for no display, no Mono, no browser engine.
export DISPLAY= WINEDLLOVERRIDES='mscoree=;mshtml='
unset WAYLAND_DISPLAY

if [ ! -e "$WINEPREFIX/drive_c/windows/system32/bcryptprimitives.dll" ]; then
  wine wineboot --init >"$out/wine.log" 2>&1
  # Rust's random numbers come from a library that Wine has since version 9.
  if [ ! -e "$WINEPREFIX/drive_c/windows/system32/bcryptprimitives.dll" ]; then
    x86_64-w64-mingw32-gcc -shared -O1 -s -o "$WINEPREFIX/drive_c/windows/system32/bcryptprimitives.dll" \
      tests/wine/bcryptprimitives.c -ladvapi32
  fi
fi

cargo build --locked --release --quiet --target "$target"
binary=${CARGO_TARGET_DIR:-target}/$target/release/claude-bedrock.exe
printf '   %s: %d bytes\n' "$binary" "$(wc -c <"$binary")"
CLAUDE_BEDROCK_BIN=$(cd "$(dirname "$binary")" && pwd)/claude-bedrock.exe
export CLAUDE_BEDROCK_BIN

# Runs the tests, and those alone that are named.
tests() { # LOG ARGUMENT...
  local log=$1
  shift
  cargo test --locked --target "$target" --no-fail-fast --test cases --test windows -- "$@" >"$log" 2>&1
}

# What failed, if Wine is all that did: now and then it gives up while it starts a program, with ERROR_INTERNAL_ERROR,
# which says nothing about the program. Another failure beside it, and nothing is named.
not_started() { # LOG
  awk '
    /^---- .* ----$/ { name = $2; failed[name] = 0; next }
    /^failures:$|^test result/ { name = "" }
    name != "" && /os error 1359|code: 1359/ { failed[name] = 1 }
    END { for (name in failed) if (!failed[name]) exit; for (name in failed) print name }' "$1"
}

status=0
# Unit tests stay out: ten expect paths and quotes of Unix. So does `undo`, which passes and takes a minute.
tests "$out/wine-tests.log" || status=$?
grep -a -E '^test result' "$out/wine-tests.log" | sed 's/^test result: /   /' || true
if [ "$status" != 0 ]; then
  again=$(not_started "$out/wine-tests.log")
  [ -z "$again" ] || status=0
  for name in $again; do
    echo "   Wine could not start a program in $name: once more"
    tests "$out/wine-tests.log" --exact "$name" || { status=$?; break; }
  done
fi
if [ "$status" != 0 ]; then
  grep -a -v -E '^test .*[.]{3} (ok|ignored)$|^ *(Compiling|Downloaded|Downloading|Locking) |^$' "$out/wine-tests.log" || true
  exit "$status"
fi
