// SPDX-License-Identifier: Apache-2.0
// Views as buffers of NCCL: address, count, type. NCCL knows no strides: what is not contiguous is packed first, and unpacked after (copy_for.hpp).
// No header of NCCL is needed: NCCL's functions take these numbers as they are. Source: nccl.h 2.27.
#pragma once

#include <cstddef>
#include <cstdint>

#include <ndlease/export.hpp>
#include <ndlease/interop/elements.hpp>
#include <ndlease/layout.hpp>
#include <ndlease/view.hpp>

namespace ndlease::nccl {

enum class Items : std::uint8_t {
    numbers,  ///< as ncclDataType_t has them: needed for reductions
    bytes,    ///< any item as its bytes (ncclUint8): for sending, gathering, broadcasting
};

struct Buffer {
    const void* data = nullptr;
    std::size_t count = 0;
    EnumNumber type;  ///< ncclDataType_t
};
struct MutableBuffer {
    void* data = nullptr;
    std::size_t count = 0;
    EnumNumber type;
};

/// What NCCL reads. `order`: how the elements follow each other in memory; sender and receiver must agree, so Order::any is for what keeps it the same on all
/// sides. Throws Error: errc::bad_layout (not contiguous in that order: packed() of copy_for.hpp will do), errc::not_expressible (no type of NCCL's; addresses,
/// as bytes).
[[nodiscard]] NDLEASE_API Buffer send_buffer(const View& view, Items items = Items::numbers, Order order = Order::c);
/// What NCCL writes. Throws the same, and errc::read_only.
[[nodiscard]] NDLEASE_API MutableBuffer receive_buffer(const View& view, Items items = Items::numbers, Order order = Order::c);

/// ncclAllReduce, ncclSend and ncclRecv on the communicator; they return NCCL's result. Need <nccl.h> in the program. `stream` is a cudaStream_t. `operation`
/// is a ncclRedOp_t. Throw Error{errc::bad_layout} where count or type of the two buffers differ.
NDLEASE_API void check_same(const Buffer& from, const MutableBuffer& to);
template <class Operation, class Communicator, class Stream>
auto all_reduce(const MutableBuffer& to, const Buffer& from, Operation operation, Communicator communicator, Stream stream) {
    check_same(from, to);
    return ncclAllReduce(from.data, to.data, from.count, from.type, operation, communicator, stream);
}
template <class Communicator, class Stream>
auto send(const Buffer& from, int peer, Communicator communicator, Stream stream) {
    return ncclSend(from.data, from.count, from.type, peer, communicator, stream);
}
template <class Communicator, class Stream>
auto receive(const MutableBuffer& to, int peer, Communicator communicator, Stream stream) {
    return ncclRecv(to.data, to.count, to.type, peer, communicator, stream);
}

}  // namespace ndlease::nccl
