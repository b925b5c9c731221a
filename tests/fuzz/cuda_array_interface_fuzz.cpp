// SPDX-License-Identifier: Apache-2.0
// The bytes as the JSON of __cuda_array_interface__. What is accepted is written to the same again; what is imported goes out and comes in the same. No memory
// is read, and no stream is asked.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <utility>

#include <ndlease/error.hpp>
#include <ndlease/interop/cuda_array_interface.hpp>

namespace {

using namespace ndlease;
using namespace ndlease::cuda_array_interface;

[[noreturn]] void fail(const char* what, const std::string& text) {
    std::fprintf(stderr, "%s: %s\n", what, text.c_str());
    std::abort();
}

void import_and_export(CudaArrayInterface dict) {
    if (dict.stream && *dict.stream > 2) dict.stream = std::nullopt;  // where there is CUDA, a handle would be followed
    const ImportOptions options{.device = Device::cuda(60), .check_device = false, .policy = ReleasePolicy::wait()};
    View view;
    try {
        view = import_interface(dict, {}, options);
    } catch (const Error&) {
        return;
    }
    if (dict.version < 0 || dict.version > 3 || dict.has_mask || dict.stream == 0) fail("accepted", to_json(dict));
    try {
        const Exported exported = export_interface(view, {.version = dict.version});
        const View again = import_interface(from_json(to_json(exported.dict())), {}, options);
        const bool points = view.size() > 0 || dict.version < 2;
        const bool same = again.data() == (points ? view.data() : nullptr) && again.layout() == view.layout() && again.format() == view.format() &&
                          again.is_read_only() == view.is_read_only();
        if (!same) fail("came back differently", to_string(view) + " and " + to_string(again));
    } catch (const Error& error) {
        if (error.code() != errc::not_expressible) fail("export failed", error.what());
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    CudaArrayInterface dict;
    try {
        dict = from_json({reinterpret_cast<const char*>(data), size});
    } catch (const Error&) {
        return 0;
    }
    const std::string written = to_json(dict);
    if (to_json(from_json(written)) != written) fail("reads back differently", written);
    import_and_export(std::move(dict));
    return 0;
}
