#!/usr/bin/env bash
# Checks that the tools named are there, and says exactly what to do where one is not.
#
#   scripts/require.sh [--install] rust c node postgres chromium
#
# With --install, as root, what Debian has is installed from its packages first. What is there already is never touched.
set -euo pipefail

readonly RUST=1.94 NODE=20.19

# Whether version $1 is $2 or newer.
at_least() {
  [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]
}

has_rust() {
  command -v cargo >/dev/null && at_least "$(rustc --version | cut -d ' ' -f 2)" "$RUST"
}

has_c() {
  command -v cc >/dev/null && command -v make >/dev/null
}

has_node() {
  command -v npm >/dev/null && at_least "$(node --version | tr -d v)" "$NODE"
}

has_postgres() {
  command -v initdb >/dev/null || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null
}

has_chromium() {
  [ -x "${CHROMIUM:-/usr/bin/chromium}" ]
}

has_python() {
  command -v python3 >/dev/null && python3 -c 'import ensurepip, venv' 2>/dev/null
}

# The Debian packages of a tool; none where Debian's version is not known to be new enough.
packages_of() {
  case $1 in
    c) echo build-essential ;;
    node) echo nodejs npm ;;
    postgres) echo postgresql ;;
    chromium) echo chromium ;;
    python) echo python3 python3-venv ;;
  esac
}

advice_for() {
  case $1 in
    rust) echo "Rust $RUST or newer is needed (cargo and rustc on the PATH): install it from https://rustup.rs, or run 'rustup update'." ;;
    c) echo "A C compiler and make are needed (on Debian: apt-get install build-essential)." ;;
    node) echo "Node.js $NODE or newer with npm is needed to build GraphiQL: install it from https://nodejs.org (on Debian 13: apt-get install nodejs npm)." ;;
    postgres) echo "PostgreSQL's server programs are needed for the tests: initdb on the PATH or below /usr/lib/postgresql (on Debian: apt-get install postgresql)." ;;
    python) echo "Python 3 with venv is needed to measure beside DuckDB (on Debian: apt-get install python3 python3-venv)." ;;
    chromium) echo "Chromium is needed for the browser test, at /usr/bin/chromium or where CHROMIUM says (on Debian: apt-get install chromium)." ;;
  esac
}

# Installs what the missing tools need, in one go.
install() {
  local packages=()
  for tool in "$@"; do
    "has_$tool" || read -r -a packages <<<"${packages[*]-} $(packages_of "$tool")"
  done
  if [ ${#packages[@]} -gt 0 ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing ${packages[*]} …"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "${packages[@]}" >/dev/null
  fi
}

main() {
  if [ "${1-}" = --install ]; then
    shift
    install "$@"
  fi
  local missing=0
  for tool in "$@"; do
    if ! declare -F "has_$tool" >/dev/null; then
      echo "scripts/require.sh does not know the tool $tool." >&2
      exit 2
    fi
    "has_$tool" || { advice_for "$tool" >&2; missing=1; }
  done
  exit "$missing"
}

main "$@"
