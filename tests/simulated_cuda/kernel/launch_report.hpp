// SPDX-License-Identifier: Apache-2.0
// Violations of one launch, each kind once per line of the source.
#pragma once

#include <set>
#include <simulated_cuda/thread.hpp>
#include <string>
#include <string_view>
#include <tuple>

namespace simulated_cuda {

class LaunchReport {
public:
    explicit LaunchReport(std::string kernel) : kernel_(std::move(kernel)) {}
    void add(std::string_view kind, const CudaThread& thread, Line where, const std::string& what);
    /// Without a thread: of the block, or of the launch.
    void add(std::string_view kind, const std::string& what);

private:
    std::string kernel_;
    std::set<std::tuple<std::string_view, std::string_view, unsigned>> said_;
};

[[nodiscard]] std::string to_string(const uint3& index);
[[nodiscard]] std::string to_string(Line where);  ///< the file's name without its folder

}  // namespace simulated_cuda
