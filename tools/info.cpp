// SPDX-License-Identifier: Apache-2.0
// ndlease info: what this build can do and where it runs.
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

#include "command.hpp"
#include "machine.hpp"

#include <ndlease/device.hpp>

namespace ndlease::tool {
namespace {

using Json = nlohmann::ordered_json;

Json describe_devices() {
    Json devices = Json::array({{{"name", "cpu"}, {"model", cpu_model()}, {"cores", core_count()}, {"memory_bytes", memory_bytes()}}});
    for (int i = 0; i < cuda_device_count(); ++i) {
        const DeviceProperties device = device_properties(Device::cuda(i));
        devices.push_back({{"name", to_string(Device::cuda(i))},
                           {"model", device.name},
                           {"simulated", device.is_simulated},
                           {"compute_capability", std::to_string(device.compute_major) + '.' + std::to_string(device.compute_minor)},
                           {"multiprocessors", device.multiprocessors},
                           {"memory_bytes", device.memory_bytes},
                           {"memory_pools", device.has_memory_pools}});
    }
    return devices;
}

/// "yes", "simulated, for tests only", or "not built".
std::string cuda_backend_state() {
    const std::string name = cuda_backend_name();
    if (name == "none") return "not built";
    return name == "cuda" ? "yes" : "simulated, for tests only";
}

Json describe_build() {
    return {
        {"version", NDLEASE_VERSION},
        {"build_type", NDLEASE_BUILD_TYPE},
        {"compiler", compiler_name()},
        {"onetbb", NDLEASE_HAS_TBB != 0},
        {"backends", {{"cpu", "yes"}, {"cuda", cuda_backend_state()}}},
        {"devices", describe_devices()},
        {"cuda_absence", cuda_absence()},
        {"protocols",
         {"PEP 3118 format strings (read, write)", "NumPy typestr and descr (read, write)", "DLPack type codes (read, write)",
          "Arrow format strings, fixed width (read, write)", "cudaDataType numbers (read, write)", ".npy files 1.0 to 3.0 (read, write)"}},
    };
}

void print_text(const Json& info) {
    std::cout << "ndlease " << info["version"].get<std::string>() << '\n'
              << "build      " << info["build_type"].get<std::string>() << ", " << info["compiler"].get<std::string>() << '\n'
              << "oneTBB     " << (info["onetbb"].get<bool>() ? "yes: large copies use several threads" : "no: copies run on one thread") << '\n';
    std::string backends;
    for (const auto& [name, state] : info["backends"].items()) backends += (backends.empty() ? "" : ", ") + name + ": " + state.get<std::string>();
    std::cout << "backends   " << backends << '\n';
    for (const Json& device : info["devices"]) {
        std::cout << "device     " << device["name"].get<std::string>() << ": " << device["model"].get<std::string>();
        if (device.contains("cores")) std::cout << ", " << device["cores"] << " threads";
        if (device.contains("multiprocessors")) {
            std::cout << (device["simulated"].get<bool>() ? " (simulated)" : "") << ", compute capability " << device["compute_capability"].get<std::string>()
                      << ", " << device["multiprocessors"] << " multiprocessors, memory pools: " << (device["memory_pools"].get<bool>() ? "yes" : "no");
        }
        std::cout << ", " << device["memory_bytes"].get<std::int64_t>() / (1 << 20) << " MiB\n";
    }
    if (const auto absence = info["cuda_absence"].get<std::string>(); !absence.empty()) std::cout << "devices    " << absence << '\n';
    std::cout << "protocols\n";
    for (const Json& protocol : info["protocols"]) std::cout << "  " << protocol.get<std::string>() << '\n';
}

}  // namespace

int run_info(const InfoOptions& options) {
    const Json info = describe_build();
    if (options.json) {
        std::cout << info.dump(2) << '\n';
    } else {
        print_text(info);
    }
    return 0;
}

}  // namespace ndlease::tool
