// SPDX-License-Identifier: Apache-2.0
#include <ndlease/view.hpp>

namespace ndlease {

std::string to_string(const View& view) {
    return view.format().to_string() + ' ' + to_string(view.layout()) + " on " + to_string(view.device()) + (view.is_read_only() ? ", read-only" : "");
}

}  // namespace ndlease
