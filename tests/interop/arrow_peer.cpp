// SPDX-License-Identifier: Apache-2.0
// What a Python test asks of ndlease, by addresses of the peer's structs: import keeps Views, export gives them away again.
#include <cstdint>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include <ndlease/interop/arrow.hpp>

namespace {

namespace arrow = ndlease::arrow;
std::vector<arrow::Column> columns;

template <class Body>
int answer(char* text, std::size_t capacity, Body body) {
    try {
        std::snprintf(text, capacity, "%s", std::string(body()).c_str());
        return 0;
    } catch (const std::exception& error) {
        std::snprintf(text, capacity, "%s", error.what());
        return -1;
    }
}

/// One line a column: name, format, data pointer, shape, strides.
std::string describe() {
    std::string text;
    for (const auto& [name, view] : columns) {
        text += name + '\t' + view.format().to_string() + '\t' + std::to_string(reinterpret_cast<std::uintptr_t>(view.data())) + '\t' +
                ndlease::to_string(view.shape()) + '\t' + ndlease::to_string(view.strides()) + '\t' + (view.is_read_only() ? "read-only" : "writable") + '\n';
    }
    return text;
}

const arrow::ImportOptions at_once{.policy = ndlease::ReleasePolicy::wait()};

}  // namespace

extern "C" {

/// 0 and the columns, or -1 and the error.
__attribute__((visibility("default"))) int arrow_peer_import(const arrow::ArrowSchema* schema, arrow::ArrowArray* array, char* text, std::size_t capacity) {
    return answer(text, capacity, [&] {
        columns = arrow::import_columns(*schema, *array, at_once);
        return describe();
    });
}

__attribute__((visibility("default"))) int arrow_peer_import_device(const arrow::ArrowSchema* schema, arrow::ArrowDeviceArray* array, char* text,
                                                                    std::size_t capacity) {
    return answer(text, capacity, [&] {
        columns = arrow::import_columns(*schema, *array, at_once);
        return describe();
    });
}

/// Column `i`, as lists (0) or as a tensor (1).
__attribute__((visibility("default"))) int arrow_peer_export(int i, int tensor, arrow::ArrowSchema* schema, arrow::ArrowArray* array, char* text,
                                                             std::size_t capacity) {
    return answer(text, capacity, [&] {
        const ndlease::View& view = columns.at(static_cast<std::size_t>(i)).view;
        const arrow::ExportOptions options{.name = "exported", .nesting = tensor != 0 ? arrow::Nesting::tensor : arrow::Nesting::lists};
        *array = arrow::export_array(view, options);
        *schema = arrow::export_schema(view, options);
        return "";
    });
}

__attribute__((visibility("default"))) int arrow_peer_export_device(int i, arrow::ArrowSchema* schema, arrow::ArrowDeviceArray* array, char* text,
                                                                    std::size_t capacity) {
    return answer(text, capacity, [&] {
        const ndlease::View& view = columns.at(static_cast<std::size_t>(i)).view;
        *array = arrow::export_device_array(view);
        *schema = arrow::export_schema(view);
        return "";
    });
}

/// Unless it was moved away.
__attribute__((visibility("default"))) void arrow_peer_release_schema(arrow::ArrowSchema* schema) {
    if (schema->release != nullptr) schema->release(schema);
}
__attribute__((visibility("default"))) void arrow_peer_release_array(arrow::ArrowArray* array) {
    if (array->release != nullptr) array->release(array);
}

__attribute__((visibility("default"))) void arrow_peer_drop() { columns.clear(); }
}
