// SPDX-License-Identifier: Apache-2.0
#include <ndlease/interop/arrow.hpp>

#include "capi/exchange.hpp"

namespace ndlease::capi {
namespace {

// The peer's declarations are at global scope, and opaque here; these may alias them.
const arrow::ArrowSchema* ours(const ::ArrowSchema* schema) { return reinterpret_cast<const arrow::ArrowSchema*>(schema); }
arrow::ArrowSchema* ours(::ArrowSchema* schema) { return reinterpret_cast<arrow::ArrowSchema*>(schema); }
arrow::ArrowArray* ours(::ArrowArray* array) { return reinterpret_cast<arrow::ArrowArray*>(array); }
arrow::ArrowDeviceArray* ours(::ArrowDeviceArray* array) { return reinterpret_cast<arrow::ArrowDeviceArray*>(array); }

template <class Array>
ndl_view take_array(const arrow::ArrowSchema& schema, Array& array) {
    const Array before = array;
    const View view = arrow::import_array(schema, array);
    try {
        return hand_out(view);
    } catch (...) {
        array = before;
        throw;
    }
}

arrow::ExportOptions options_of(std::uint32_t flags) {
    if ((flags & ~(NDL_ARROW_TENSOR | NDL_ARROW_OPAQUE_ITEMS)) != 0) throw Error(errc::invalid_argument, "there are no Arrow flags " + std::to_string(flags));
    arrow::ExportOptions options;
    if ((flags & NDL_ARROW_TENSOR) != 0) options.nesting = arrow::Nesting::tensor;
    options.opaque_items = (flags & NDL_ARROW_OPAQUE_ITEMS) != 0;
    return options;
}

/// Both structures, or none.
template <class Array, class Export>
void export_both(const View& view, const arrow::ExportOptions& options, arrow::ArrowSchema* schema, Array* array, Export&& export_array) {
    need(schema, "schema");
    need(array, "array");
    arrow::ArrowSchema type = arrow::export_schema(view, options);
    try {
        *array = export_array(view, options);
    } catch (...) {
        type.release(&type);
        throw;
    }
    *schema = type;
}

}  // namespace
}  // namespace ndlease::capi

using namespace ndlease;
using namespace ndlease::capi;

int ndl_from_arrow(const struct ArrowSchema* schema, struct ArrowArray* array, ndl_view* out, ndl_error* error) noexcept {
    return make_into(out, error, [&] { return take_array(need(ours(schema), "schema"), need(ours(array), "array")); });
}

int ndl_from_arrow_device(const struct ArrowSchema* schema, struct ArrowDeviceArray* array, ndl_view* out, ndl_error* error) noexcept {
    return make_into(out, error, [&] { return take_array(need(ours(schema), "schema"), need(ours(array), "array")); });
}

int ndl_to_arrow(const ndl_view* view, uint32_t flags, struct ArrowSchema* schema, struct ArrowArray* array, ndl_error* error) noexcept {
    return guarded(error, [&] {
        const arrow::ExportOptions options = options_of(flags);
        export_both(whole_view(need(view, "view")), options, ours(schema), ours(array),
                    [](const View& v, const arrow::ExportOptions& o) { return arrow::export_array(v, o); });
    });
}

int ndl_to_arrow_device(const ndl_view* view, uint32_t flags, const ndl_stream* consumer, struct ArrowSchema* schema, struct ArrowDeviceArray* array,
                        ndl_error* error) noexcept {
    return guarded(error, [&] {
        arrow::ExportOptions options = options_of(flags);
        options.consumer = consumer_of(consumer);
        export_both(whole_view(need(view, "view")), options, ours(schema), ours(array),
                    [](const View& v, const arrow::ExportOptions& o) { return arrow::export_device_array(v, o); });
    });
}
