// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>
#include <utility>

#include <ndlease/error.hpp>
#include <ndlease/memory.hpp>

namespace ndlease {
namespace {

/// Gives the block back to its resource, unless it was handed on.
class Block {
public:
    Block(MemoryResource& resource, std::size_t bytes, std::size_t alignment)
        : resource_(&resource), data_(resource.allocate(bytes, alignment)), bytes_(bytes), alignment_(alignment) {}
    Block(Block&& other) noexcept
        : resource_(other.resource_), data_(std::exchange(other.data_, nullptr)), bytes_(other.bytes_), alignment_(other.alignment_) {}
    Block(const Block&) = delete;
    Block& operator=(const Block&) = delete;
    Block& operator=(Block&&) = delete;
    ~Block() {
        if (data_ != nullptr) resource_->deallocate(data_, bytes_, alignment_);
    }
    [[nodiscard]] void* data() const noexcept { return data_; }
    void operator()(const ReleaseInfo&) noexcept { resource_->deallocate(std::exchange(data_, nullptr), bytes_, alignment_); }

private:
    MemoryResource* resource_;
    void* data_;
    std::size_t bytes_;
    std::size_t alignment_;
};

}  // namespace

View allocate(const Format& format, std::span<const std::int64_t> shape, Order order, MemoryResource& resource) {
    Layout layout = order == Order::f ? Layout::f_order(shape, format.itemsize()) : Layout::c_order(shape, format.itemsize());
    const std::int64_t bytes = checked_mul(layout.size(), format.itemsize(), "bytes of the array");
    if (bytes == 0) return View::lend(static_cast<void*>(nullptr), resource.device(), format, std::move(layout));
    const auto alignment = static_cast<std::size_t>(std::max<std::int64_t>(default_alignment, format.alignment()));
    Block block(resource, static_cast<std::size_t>(bytes), alignment);
    void* const data = block.data();
    LendOptions options;
    options.allocation = {data, bytes};
    options.release = std::move(block);
    return View::lend(data, resource.device(), format, std::move(layout), std::move(options));
}

View allocate(const Format& format, std::initializer_list<std::int64_t> shape, Order order, MemoryResource& resource) {
    return allocate(format, std::span<const std::int64_t>(shape.begin(), shape.size()), order, resource);
}

}  // namespace ndlease
