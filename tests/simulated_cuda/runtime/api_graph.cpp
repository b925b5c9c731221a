// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "capture.hpp"
#include "submit.hpp"

using namespace simulated_cuda;  // NOLINT: every function here is one of CUDA's

namespace {
template <class Table, class Handle>
auto* live(const Call& call, const Table& table, Handle handle, std::string_view kind) {
    auto* const object = table.find(handle);
    if (object == nullptr) {
        call.violate(kind, table.known(handle) ? "it was destroyed" : "no such handle");
    }
    return object;
}

cudaError_t launch(const Call& call, cudaGraphExec_t handle, cudaStream_t stream_handle) {
    GraphExec* const exec = live(call, call.runtime.execs, handle, violation::dead_graph);
    cudaError_t error = cudaErrorInvalidValue;
    Stream* const stream = exec == nullptr ? nullptr : usable_stream(call, stream_handle, error);
    if (stream == nullptr) {
        return error;
    }
    if (stream->capture != nullptr) {
        for (const Node& node : exec->nodes) {
            if ((error = submit(call, *stream, node.operation, node.type)) != cudaSuccess) {
                return error;
            }
        }
        return cudaSuccess;
    }
    Operation begin;
    begin.name = "graph begin";
    begin.keep = exec->objects;
    if (!exec->last_launch.done()) {
        begin.waits.push_back(exec->last_launch);
    }
    const std::vector<Node> nodes = exec->nodes;
    const std::shared_ptr<HeldObjects> objects = exec->objects;
    stream->clock.merge(*stream, exec->last_launch);
    exec->last_launch = {stream, stream->enqueued + 2 + nodes.size()};
    for (const auto& [object, count] : objects->counts) {
        if (UserObject* const held = call.runtime.objects.find(object); held != nullptr) held->launches.push_back(exec->last_launch);
    }
    submit(call, *stream, std::move(begin), cudaGraphNodeTypeEmpty);
    for (const Node& node : nodes) {
        Operation operation = node.operation;
        for (const Range& range : operation.ranges) {
            range.block->used_at({stream, stream->enqueued + 1});
        }
        enqueue(call.runtime, *stream, std::move(operation), call.lock);
    }
    Operation end;
    end.name = "graph end";
    end.keep = objects;
    submit(call, *stream, std::move(end), cudaGraphNodeTypeEmpty);
    return call.runtime.sticky;
}

cudaError_t retain_in_graph(const Call& call, cudaGraph_t graph_handle, cudaUserObject_t object_handle, unsigned count, unsigned flags) {
    Graph* const graph = live(call, call.runtime.graphs, graph_handle, violation::dead_graph);
    UserObject* const object = live(call, call.runtime.objects, object_handle, violation::dead_object);
    if (graph == nullptr || object == nullptr || count == 0 || flags > cudaGraphUserObjectMove) {
        return cudaErrorInvalidValue;
    }
    if (flags != cudaGraphUserObjectMove) {
        object->references += count;
    }
    graph->objects.counts.emplace_back(object_handle, count);
    return cudaSuccess;
}
}  // namespace

extern "C" {

cudaError_t cudaGraphCreate(cudaGraph_t* graph, unsigned int flags) {
    return api("cudaGraphCreate", [&](const Call& call) {
        if (graph == nullptr || flags != 0) {
            return cudaErrorInvalidValue;
        }
        auto made = std::make_unique<Graph>();
        Graph& kept = *made;
        *graph = kept.handle = call.runtime.graphs.add(std::move(made));
        return cudaSuccess;
    });
}
cudaError_t cudaGraphDestroy(cudaGraph_t handle) {
    return api("cudaGraphDestroy", [&](const Call& call) {
        const Graph* const graph = live(call, call.runtime.graphs, handle, violation::dead_graph);
        if (graph == nullptr || graph->capturing) {
            return cudaErrorInvalidValue;
        }
        destroy_graph(call.runtime, handle);
        return cudaSuccess;
    });
}
cudaError_t cudaGraphInstantiate(cudaGraphExec_t* exec, cudaGraph_t handle, unsigned long long flags) {
    return api("cudaGraphInstantiate", [&](const Call& call) {
        const Graph* const graph = live(call, call.runtime.graphs, handle, violation::dead_graph);
        if (exec == nullptr || graph == nullptr || graph->capturing || flags > 15) {
            return cudaErrorInvalidValue;
        }
        auto made = std::make_unique<GraphExec>();
        made->nodes = graph->nodes;
        made->objects = hold_objects(call.runtime, graph->objects);
        *exec = call.runtime.execs.add(std::move(made));
        return cudaSuccess;
    });
}
cudaError_t cudaGraphExecDestroy(cudaGraphExec_t handle) {
    return api("cudaGraphExecDestroy", [&](const Call& call) {
        if (live(call, call.runtime.execs, handle, violation::dead_graph) == nullptr) {
            return cudaErrorInvalidValue;
        }
        call.runtime.execs.take(handle);
        return cudaSuccess;
    });
}
cudaError_t cudaGraphLaunch(cudaGraphExec_t exec, cudaStream_t stream) {
    return api("cudaGraphLaunch", stream, [&](const Call& call) { return launch(call, exec, stream); });
}

cudaError_t cudaGraphGetNodes(cudaGraph_t handle, cudaGraphNode_t* nodes, size_t* count) {
    return api("cudaGraphGetNodes", [&](const Call& call) {
        const Graph* const graph = live(call, call.runtime.graphs, handle, violation::dead_graph);
        if (graph == nullptr || count == nullptr) {
            return cudaErrorInvalidValue;
        }
        if (nodes == nullptr) {
            *count = graph->nodes.size();
            return cudaSuccess;
        }
        for (size_t i = 0; i < *count; ++i) {
            nodes[i] = i < graph->nodes.size() ? node_handle(handle, i) : nullptr;
        }
        *count = std::min(*count, graph->nodes.size());
        return cudaSuccess;
    });
}
cudaError_t cudaGraphNodeGetType(cudaGraphNode_t node, enum cudaGraphNodeType* type) {
    return api("cudaGraphNodeGetType", [&](const Call& call) {
        for (const std::unique_ptr<Graph>& graph : call.runtime.graphs) {
            for (std::size_t i = 0; graph && type != nullptr && i < graph->nodes.size(); ++i) {
                if (node_handle(graph->handle, i) == node) {
                    *type = graph->nodes[i].type;
                    return cudaSuccess;
                }
            }
        }
        return cudaErrorInvalidValue;
    });
}

cudaError_t cudaUserObjectCreate(cudaUserObject_t* object, void* pointer, cudaHostFn_t destroy, unsigned int count, unsigned int flags) {
    return api("cudaUserObjectCreate", [&](const Call& call) {
        if (object == nullptr || destroy == nullptr || count == 0 || flags != cudaUserObjectNoDestructorSync) {
            return cudaErrorInvalidValue;
        }
        auto made = std::make_unique<UserObject>();
        made->pointer = pointer;
        made->destroy = destroy;
        made->references = count;
        UserObject& kept = *made;
        *object = kept.handle = call.runtime.objects.add(std::move(made));
        return cudaSuccess;
    });
}
cudaError_t cudaUserObjectRetain(cudaUserObject_t handle, unsigned int count) {
    return api("cudaUserObjectRetain", [&](const Call& call) {
        UserObject* const object = live(call, call.runtime.objects, handle, violation::dead_object);
        if (object == nullptr || count == 0) {
            return cudaErrorInvalidValue;
        }
        object->references += count;
        return cudaSuccess;
    });
}
cudaError_t cudaUserObjectRelease(cudaUserObject_t handle, unsigned int count) {
    return api("cudaUserObjectRelease", [&](const Call& call) {
        const UserObject* const object = live(call, call.runtime.objects, handle, violation::dead_object);
        if (object == nullptr || count == 0) {
            return cudaErrorInvalidValue;
        }
        release_object(call.runtime, handle, count);
        return cudaSuccess;
    });
}
cudaError_t cudaGraphRetainUserObject(cudaGraph_t graph, cudaUserObject_t object, unsigned int count, unsigned int flags) {
    return api("cudaGraphRetainUserObject", [&](const Call& call) { return retain_in_graph(call, graph, object, count, flags); });
}
cudaError_t cudaGraphReleaseUserObject(cudaGraph_t graph_handle, cudaUserObject_t object, unsigned int count) {
    return api("cudaGraphReleaseUserObject", [&](const Call& call) {
        Graph* const graph = live(call, call.runtime.graphs, graph_handle, violation::dead_graph);
        if (graph == nullptr) {
            return cudaErrorInvalidValue;
        }
        std::uint64_t held = 0;
        for (const auto& [handle, references] : graph->objects.counts) {
            held += handle == object ? references : 0;
        }
        if (count == 0 || held < count) {
            return cudaErrorInvalidValue;
        }
        std::erase_if(graph->objects.counts, [&](const auto& entry) { return entry.first == object; });
        if (held > count) {
            graph->objects.counts.emplace_back(object, held - count);
        }
        release_object(call.runtime, object, count);
        return cudaSuccess;
    });
}
}
