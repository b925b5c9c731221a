// SPDX-License-Identifier: Apache-2.0
// DLPack through plain C, for NumPy as the oracle: what came in is described in words, and goes out again.
#include <cstdio>
#include <cstring>
#include <string>

#include <ndlease/error.hpp>
#include <ndlease/interop/dlpack.hpp>

using namespace ndlease;

namespace {

int write(const std::string& text, char* out, std::size_t room) {
    std::snprintf(out, room, "%s", text.c_str());
    return 0;
}

}  // namespace

extern "C" {

/// Takes the legacy tensor, cuts it by a NumPy index and returns it as a legacy tensor; NULL with a message. The text is the View in words.
[[gnu::visibility("default")]] void* bridge_cut(void* tensor, const char* index, char* text, std::size_t room) {
    View view;
    try {
        view = dlpack::import_view(static_cast<dlpack::ManagedTensor*>(tensor), {.legacy_is_writable = true});
    } catch (const Error& error) {
        dlpack::discard(static_cast<dlpack::ManagedTensor*>(tensor));
        write(std::string("refused: ") + error.what(), text, room);
        return nullptr;
    }
    try {
        const View part = std::strlen(index) == 0 ? view : view.at(index);
        write(to_string(view), text, room);
        return dlpack::export_legacy_view(part);
    } catch (const Error& error) {
        write(std::string("refused: ") + error.what(), text, room);
        return nullptr;
    }
}

[[gnu::visibility("default")]] long bridge_live_leases() { return static_cast<long>(lease_statistics().live + lease_statistics().draining); }
}
