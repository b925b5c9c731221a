#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs the system packages that ndlease needs and that are missing: install_dependencies.sh [build] [tests]
# build: compile the library and the command, run the demo. tests: the whole test suite and the checks of .ci/run; then install_peers.sh.
# Where nothing is missing it touches nothing and needs neither root nor network.
set -euo pipefail

build_packages=(cmake ninja-build g++ libcli11-dev nlohmann-json3-dev libtbb-dev libhwy-dev python3 python3-numpy)
test_packages=(libgtest-dev libgmock-dev libbenchmark-dev librapidcheck-dev libdlpack-dev pkg-config cython3 python3-dev python3-venv
    clang libclang-rt-dev clang-format-14 clang-tidy-14 spin g++-aarch64-linux-gnu libeigen3-dev libopencv-core-dev)

# Packages are there: other libraries to compare with come last, and may be absent.
finish() {
    if [[ " $* " == *" tests "* ]]; then "$(dirname "$0")/install_peers.sh"; fi
    exit 0
}

wanted=()
for group in "${@:-build}"; do
    case "$group" in
        build) wanted+=("${build_packages[@]}") ;;
        tests) wanted+=("${test_packages[@]}") ;;
        *)
            echo "install_dependencies.sh: no such group: $group (build, tests)" >&2
            exit 2
            ;;
    esac
done

if ! command -v dpkg-query >/dev/null; then
    echo "Packages: this is no Debian or Ubuntu; install these yourself if the build misses them: ${wanted[*]}"
    finish "$@"
fi

missing=()
for package in "${wanted[@]}"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
done
if [ ${#missing[@]} -eq 0 ]; then
    echo "Packages: all ${#wanted[@]} that are needed are installed"
    finish "$@"
fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
        echo "install_dependencies.sh: these packages are missing and there is neither root nor sudo: ${missing[*]}" >&2
        exit 1
    fi
    as_root=(sudo)
fi
echo "Packages: installing ${missing[*]}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! { "${as_root[@]}" apt-get update && "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
    tail -n 30 "$log" >&2
    echo "install_dependencies.sh: apt-get could not install: ${missing[*]}" >&2
    exit 1
fi
echo "Packages: installed"
finish "$@"
