// SPDX-License-Identifier: Apache-2.0
#include "launch_report.hpp"

#include <simulated_cuda/control.hpp>

namespace simulated_cuda {

void LaunchReport::add(std::string_view kind, const CudaThread& thread, Line where, const std::string& what) {
    if (said_.emplace(kind, where.file, where.line).second) {
        report(kind, "kernel " + kernel_ + ", block " + to_string(thread.block_index) + ", thread " + to_string(thread.thread_index) + ", " + to_string(where) +
                         ": " + what);
    }
}

void LaunchReport::add(std::string_view kind, const std::string& what) { report(kind, "kernel " + kernel_ + ": " + what); }

std::string to_string(const uint3& index) { return "(" + std::to_string(index.x) + "," + std::to_string(index.y) + "," + std::to_string(index.z) + ")"; }

std::string to_string(Line where) {
    const std::string_view path = where.file;
    return std::string(path.substr(path.rfind('/') + 1)) + ":" + std::to_string(where.line);
}

}  // namespace simulated_cuda
