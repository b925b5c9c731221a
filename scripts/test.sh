#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# All set-up, the build and all tests, from a bare checkout: test.sh [more arguments for cmake's configure step]
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/install_dependencies.sh build tests
cmake --preset host "$@"
cmake --build --preset host -j "$(nproc)"
ctest --preset host -j "$(nproc)"
