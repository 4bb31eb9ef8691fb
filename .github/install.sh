#!/bin/sh
# Installs claude-bedrock for the user who runs it, after checking the archive against the release's checksums.
#
#   sh install.sh [--to DIR] [--from URL] [--version X.Y.Z]
#
# DIR is ~/.local/bin unless given. URL is where the release's files are, and X.Y.Z which release they are of; a script
# that comes with a release knows both. Nothing runs as another user, and an installed binary is only replaced by one
# that has the right checksum and starts.
set -eu

# The release puts its own values here.
repository='@REPOSITORY@'
version='@VERSION@'

say() { printf '%s\n' "$*" >&2; }
fail() {
  say "install.sh: $*"
  exit 1
}
has() { command -v "$1" >/dev/null 2>&1; }

download() { # URL FILE
  # A server that falls silent is left after half a minute. A release is only fetched over TLS, redirections included as far as the program can be told; other addresses are for
  # mirrors and tests.
  case $1 in
    https:*) only='--proto =https --proto-redir =https' ;;
    *) only='' ;;
  esac
  if has curl; then
    # Not quoted: these are options, or nothing.
    # shellcheck disable=SC2086
    curl $only --fail --silent --show-error --location --connect-timeout 30 \
      --speed-limit 1 --speed-time 30 --retry 2 --output "$2" -- "$1"
  elif has wget; then
    wget -q -T 30 -t 3 -O "$2" -- "$1"
  else
    fail 'this needs curl or wget'
  fi || fail "cannot download $1"
}

sha256() { # FILE
  if has sha256sum; then
    sha256sum <"$1"
  elif has shasum; then
    shasum -a 256 <"$1"
  elif has openssl; then
    openssl dgst -sha256 -r <"$1"
  else
    fail 'this needs sha256sum, shasum or openssl: without one the download cannot be checked'
  fi
}

target() {
  case $(uname -m) in
    x86_64 | amd64) machine=x86_64 ;;
    arm64 | aarch64) machine=aarch64 ;;
    *) fail "there is no binary for $(uname -m); with Rust: cargo install --locked --path ." ;;
  esac
  case $(uname -s) in
    Linux) printf '%s-unknown-linux-musl' "$machine" ;;
    Darwin) printf '%s-apple-darwin' "$machine" ;;
    *) fail "there is no binary for $(uname -s) here; for Windows take the .zip of the release" ;;
  esac
}

main() {
  to=
  from=
  while [ $# -gt 0 ]; do
    case $1 in
      --to) to=${2:?--to needs a folder} && shift 2 ;;
      --from) from=${2:?--from needs an address} && shift 2 ;;
      --version) version=${2:?--version needs a version} && shift 2 ;;
      -h | --help)
        say 'sh install.sh [--to DIR] [--from URL] [--version X.Y.Z]'
        exit 0
        ;;
      *) fail "unknown argument: $1" ;;
    esac
  done
  case $version in
    @*) fail 'which release? Take the install.sh of a release, or pass --version' ;;
    *[!0-9A-Za-z.+-]*) fail "not a version: $version" ;;
  esac
  if [ -z "$from" ]; then
    case $repository in @*) fail 'where from? Take the install.sh of a release, or pass --from' ;; esac
    from=https://github.com/$repository/releases/download/v$version
  fi

  if [ -z "$to" ]; then
    [ -n "${HOME:-}" ] || fail 'HOME is not set: say where with --to'
    to=$HOME/.local/bin
  fi

  kind=$(target)
  name=claude-bedrock-$version-$kind
  work=$(mktemp -d)
  new=
  trap 'rm -rf "$work" ${new:+"$new"}' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM

  download "$from/SHA256SUMS" "$work/SHA256SUMS"
  wanted=$(awk -v name="$name.tar.gz" '$2 == name || $2 == "*" name { print $1 }' "$work/SHA256SUMS")
  case $wanted in
    *[!0-9a-f]* | '') fail "SHA256SUMS has not one checksum for $name.tar.gz" ;;
  esac
  [ ${#wanted} = 64 ] || fail "SHA256SUMS has no SHA-256 for $name.tar.gz"
  download "$from/$name.tar.gz" "$work/archive"
  found=$(sha256 "$work/archive")
  found=${found%% *}
  [ "$found" = "$wanted" ] || fail "the checksum of $name.tar.gz is wrong: $found instead of $wanted; nothing was installed"

  tar -xzf "$work/archive" -C "$work" "$name/claude-bedrock" || fail 'the archive cannot be unpacked'
  mkdir -p "$to"
  to=$(CDPATH='' cd -- "$to" && pwd)
  # `mv` would put the binary into a folder of that name.
  [ ! -d "$to/claude-bedrock" ] || fail "$to/claude-bedrock is a folder; nothing was installed"
  # Beside its place, so that the last step is a rename: a running binary stays whole.
  new=$to/.claude-bedrock.$$
  cp "$work/$name/claude-bedrock" "$new"
  chmod 755 "$new"
  told=$("$new" --version) || fail 'the binary does not start here; nothing was installed'
  mv -f "$new" "$to/claude-bedrock"
  new=
  say "$told is installed: $to/claude-bedrock"
  case :$PATH: in
    *":$to:"*) ;;
    *) say "put $to on your PATH to run it by name" ;;
  esac
}

# Last, so that a script that was cut off while it was downloaded does nothing.
main "$@"
