// SPDX-License-Identifier: Apache-2.0
// A program that uses the installed library: calls into it, and catches across its border what it throws.
#include <cstdio>
#include <string>

#include <ndlease/device.hpp>
#include <ndlease/error.hpp>
#include <ndlease/version.hpp>

int main() {
    if (ndlease::parse_device("cuda:1") != ndlease::Device::cuda(1)) return 1;
    try {
        static_cast<void>(ndlease::parse_device("abacus"));
        return 2;
    } catch (const ndlease::Error& error) {
        if (error.code() != ndlease::errc::invalid_argument) return 3;
        std::printf("ndlease %s: %s\n", NDLEASE_VERSION_STRING, error.what());
    }
    return 0;
}
