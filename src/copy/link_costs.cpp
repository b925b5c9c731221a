// SPDX-License-Identifier: Apache-2.0
#include <ndlease/link_costs.hpp>

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "copy/link_cost_text.hpp"
#include "copy/staging.hpp"

#include <ndlease/error.hpp>

namespace ndlease {
namespace {

struct Figure {
    const char* name;
    double LinkCosts::*value;
    double least, most;
};

constexpr double huge = 1e9;
constexpr double slowest = 1e-6;  // GB/s

constexpr Figure figures[] = {
    {"h2d_gbps", &LinkCosts::h2d_gbps, slowest, huge},
    {"d2h_gbps", &LinkCosts::d2h_gbps, slowest, huge},
    {"dma_us", &LinkCosts::dma_us, 0, huge},
    {"dma_row_ns", &LinkCosts::dma_row_ns, 0, huge},
    {"kernel_us", &LinkCosts::kernel_us, 0, huge},
    {"kernel_read_gbps", &LinkCosts::kernel_read_gbps, slowest, huge},
    {"kernel_write_gbps", &LinkCosts::kernel_write_gbps, slowest, huge},
    {"device_gbps", &LinkCosts::device_gbps, slowest, huge},
    {"granule_bytes", &LinkCosts::granule_bytes, 1, 4096},
    {"cpu_gbps", &LinkCosts::cpu_gbps, slowest, huge},
    {"cpu_strided_gbps", &LinkCosts::cpu_strided_gbps, slowest, huge},
    {"pageable_gbps", &LinkCosts::pageable_gbps, slowest, huge},
    {"staging_us", &LinkCosts::staging_us, 0, huge},
    {"slot_bytes", &LinkCosts::slot_bytes, 256, static_cast<double>(copying::staging_slot_bytes)},
    {"scratch_bytes", &LinkCosts::scratch_bytes, 256, 1 << 30},
};

std::string text_of(double number) {
    char text[32];
    return {text, std::to_chars(text, text + sizeof text, number).ptr};
}

[[noreturn]] void refuse(std::string_view where, const std::string& what) { throw Error(errc::invalid_argument, std::string(where) + ": " + what); }

void check(std::string_view where, const Figure& figure, double value) {
    if (std::isfinite(value) && value >= figure.least && value <= figure.most) return;
    refuse(where, std::string(figure.name) + " is " + text_of(value) + ", expected a number from " + text_of(figure.least) + " to " + text_of(figure.most));
}

const Figure& figure_of(std::string_view where, std::string_view name) {
    std::string names;
    for (const Figure& figure : figures) {
        if (name == figure.name) return figure;
        names += std::string(names.empty() ? "" : ", ") + figure.name;
    }
    refuse(where, "\"" + std::string(name) + "\" is no figure; there are " + names);
}

constexpr const char* variable = "NDLEASE_LINK_COSTS";

LinkCosts from_environment() {
    const char* const text = std::getenv(variable);
    return text == nullptr ? LinkCosts() : copying::parse_link_costs(text, variable);
}

/// What set_link_costs was given. Never destroyed: copies may run until the end.
struct Given {
    std::mutex mutex;
    std::optional<LinkCosts> costs;
};
Given& given() {
    static Given& instance = *new Given;
    return instance;
}

}  // namespace

LinkCosts copying::parse_link_costs(std::string_view text, std::string_view where) {
    LinkCosts costs;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(','), text.size());
        const std::string_view part = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        const std::size_t equals = part.find('=');
        if (equals == std::string_view::npos) refuse(where, "\"" + std::string(part) + "\" is not of the form name=number");
        const Figure& figure = figure_of(where, part.substr(0, equals));
        const std::string_view number = part.substr(equals + 1);
        double value = 0;
        const auto [rest, error] = std::from_chars(number.data(), number.data() + number.size(), value);
        if (error != std::errc() || rest != number.data() + number.size()) {
            refuse(where, std::string(figure.name) + ": \"" + std::string(number) + "\" is no number");
        }
        check(where, figure, value);
        costs.*figure.value = value;
    }
    return costs;
}

LinkCosts link_costs() {
    {
        const std::lock_guard lock(given().mutex);
        if (given().costs.has_value()) return *given().costs;
    }
    static const LinkCosts costs = from_environment();
    return costs;
}

void set_link_costs(const LinkCosts& costs) {
    for (const Figure& figure : figures) check("set_link_costs", figure, costs.*figure.value);
    const std::lock_guard lock(given().mutex);
    given().costs = costs;
}

}  // namespace ndlease
