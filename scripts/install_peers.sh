#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Other libraries that tests compare with, into build/peers (a Python environment of its own): install_peers.sh
# Best effort: without network, or where a package has no build for this Python, it says so, those tests are skipped, and it succeeds all the same.
set -uo pipefail
cd "$(dirname "$0")/.."

peers=build/peers
packages=(apache-tvm-ffi nanoarrow numpy pyarrow)

log=$(mktemp)
trap 'rm -f "$log"' EXIT
if [ ! -x "$peers/bin/python" ] && ! { mkdir -p build && /usr/bin/python3 -m venv "$peers"; } >"$log" 2>&1; then
    echo "Peers: no Python environment could be made; tests that compare with them are skipped"
    exit 0
fi
for package in "${packages[@]}"; do
    if "$peers/bin/python" -m pip show -q "$package" >/dev/null 2>&1; then
        echo "Peers: $package is there"
    elif timeout 120 "$peers/bin/python" -m pip install -q --retries 1 --timeout 15 --no-deps --only-binary :all: --disable-pip-version-check "$package" >"$log" 2>&1; then
        echo "Peers: $package installed"
    else
        echo "Peers: $package could not be installed; tests that compare with it are skipped ($(tail -n 1 "$log"))"
    fi
done
