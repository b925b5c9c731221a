// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <string>
#include <utility>

#include <ndlease/error.hpp>
#include <ndlease/memory.hpp>

namespace ndlease {
namespace {

void check_stream(StreamRef stream) {
    if (!stream.is_per_thread_default()) return;
    throw Error(errc::invalid_argument,
                "a buffer in the order of the per-thread default stream: it is another stream on the thread that gives the memory back");
}

}  // namespace

Buffer Buffer::make(std::size_t bytes, MemoryResource& resource, StreamRef stream, std::size_t alignment) {
    check_stream(stream);
    Buffer result;
    result.resource_ = &resource;
    result.bytes_ = bytes;
    result.alignment_ = alignment;
    result.stream_ = stream;
    if (bytes != 0) result.data_ = resource.allocate_on(stream, bytes, alignment);
    return result;
}

Buffer::Buffer(Buffer&& other) noexcept
    : resource_(std::exchange(other.resource_, nullptr)),
      data_(std::exchange(other.data_, nullptr)),
      bytes_(std::exchange(other.bytes_, 0)),
      alignment_(std::exchange(other.alignment_, 0)),
      stream_(std::exchange(other.stream_, StreamRef())) {}

Buffer& Buffer::operator=(Buffer&& other) noexcept {
    Buffer taken(std::move(other));
    std::swap(resource_, taken.resource_);
    std::swap(data_, taken.data_);
    std::swap(bytes_, taken.bytes_);
    std::swap(alignment_, taken.alignment_);
    std::swap(stream_, taken.stream_);
    return *this;
}

Buffer::~Buffer() { release_on(stream_); }

void Buffer::set_stream(StreamRef stream) {
    check_stream(stream);
    stream_ = stream;
}

void Buffer::release_on(StreamRef stream) noexcept {
    const std::size_t bytes = std::exchange(bytes_, 0);
    if (void* const data = std::exchange(data_, nullptr)) resource_->deallocate_on(stream, data, bytes, alignment_);
}

View Buffer::lend(const Format& format, Layout layout) && {
    LendOptions options;
    options.policy = ReleasePolicy::in_order_of(stream_);
    options.ready = stream_;
    options.allocation = {data_, static_cast<std::int64_t>(bytes_)};
    const Device where = device();
    void* const data = data_;
    // The callback must not own the buffer before the View stands, since a failure drops the callback.
    auto held = std::make_unique<Buffer>(std::move(*this));
    options.release = [buffer = held.get()](const ReleaseInfo& info) noexcept {
        buffer->release_on(info.stream);
        delete buffer;
    };
    try {
        View view = View::lend(data, where, format, std::move(layout), std::move(options));
        static_cast<void>(held.release());
        return view;
    } catch (...) {
        *this = std::move(*held);
        throw;
    }
}

}  // namespace ndlease
