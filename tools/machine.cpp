// SPDX-License-Identifier: Apache-2.0
#include "machine.hpp"

#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <thread>

namespace ndlease::tool {
namespace {

std::string first_line(const char* path) {
    std::ifstream file(path);
    std::string line;
    std::getline(file, line);
    return line;
}

/// Of the first core; "" where there is none.
std::string cpuinfo_entry(const std::string& name) {
    std::ifstream file("/proc/cpuinfo");
    for (std::string line; std::getline(file, line);) {
        const std::size_t colon = line.find(": ");
        if (line.rfind(name, 0) == 0 && colon != std::string::npos) return line.substr(colon + 2);
    }
    return "";
}

}  // namespace

std::string compiler_name() {
#if defined(__clang__)
    return "clang " __clang_version__;
#elif defined(__GNUC__)
    return "gcc " __VERSION__;
#else
    return "unknown compiler";
#endif
}

std::string cpu_model() {
    const std::string name = cpuinfo_entry("model name");
    return name.empty() ? "unknown" : name;
}

int core_count() { return static_cast<int>(std::thread::hardware_concurrency()); }

std::int64_t memory_bytes() { return static_cast<std::int64_t>(sysconf(_SC_PHYS_PAGES)) * sysconf(_SC_PAGESIZE); }

std::int64_t last_cache_bytes() {
    for (const char* const level : {"4", "3", "2"}) {
        const std::string size = first_line((std::string("/sys/devices/system/cpu/cpu0/cache/index") + level + "/size").c_str());
        const std::int64_t kib = std::atoll(size.c_str());
        if (kib > 0 && size.back() == 'K') return kib << 10;
    }
    return std::int64_t{32} << 20;
}

std::string cpu_governor() { return first_line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"); }

double cpu_mhz() { return std::atof(cpuinfo_entry("cpu MHz").c_str()); }

}  // namespace ndlease::tool
