// SPDX-License-Identifier: Apache-2.0
#include "right.hpp"

#include <cuda_runtime_api.h>

#include <cstdio>
#include <string>

#include <ndlease/access.hpp>
#include <ndlease/copy.hpp>

using namespace ndlease;

namespace right {
namespace {

StreamRef stream() {
    static const Stream& own = *new Stream(Stream::make(Device::cuda(0)));
    return own;
}

void announce(const std::string& what) {
    const auto print = [](void* text) {
        std::printf("  device: %s\n", static_cast<std::string*>(text)->c_str());
        delete static_cast<std::string*>(text);
    };
    auto* text = new std::string(what);
    if (cudaLaunchHostFunc(stream().cuda(), print, text) != cudaSuccess) delete text;
}

}  // namespace

void mirror(const View& rows, int from, int to) {
    copy(rows.index(0, to), rows.index(0, from).flip(0), stream());  // enters an Access on its own
    announce("right mirrors row " + std::to_string(from) + " to row " + std::to_string(to));
    std::printf("host: right asked for row %d\n", to);
}

}  // namespace right
