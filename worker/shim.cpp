// The switches and kernels of libtorch that tch does not expose. Every function returns 0, or -1 after an exception,
// whose text `renas_last_error` then returns. Tensors are passed as tch passes them: pointers to at::Tensor.

#include <ATen/ATen.h>
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <ATen/record_function.h>
#include <c10/core/CPUAllocator.h>
#include <c10/core/GradMode.h>
#include <c10/core/impl/alloc_cpu.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/version.h>

#include <dlfcn.h>
#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <limits>
#include <mutex>
#include <set>
#include <string>
#include <vector>

namespace {

thread_local std::string last_error;
thread_local std::string text;
std::set<std::string> recorded;
at::CallbackHandle recording = 0;

template <typename Body>
int guarded(Body body) {
    try {
        body();
        return 0;
    } catch (const c10::Error& error) {
        last_error = error.what_without_backtrace();
    } catch (const std::exception& error) {
        last_error = error.what();
    } catch (...) {
        last_error = "an exception of unknown type";
    }
    return -1;
}

// The file that a symbol of libtorch was loaded from.
std::string library_path() {
    Dl_info info;
    if (dladdr(reinterpret_cast<void*>(&at::get_num_threads), &info) != 0 && info.dli_fname != nullptr) {
        return info.dli_fname;
    }
    return "";
}

// The memory of tensors on the CPU, kept for later ones: every step of a training asks for the same sizes again. libtorch
// itself returns each to glibc, which merges and splits blocks of such sizes, and gives pages back to the kernel.
//
// Blocks begin where those of libtorch do, at multiples of 64 bytes. Their sizes are the multiples of 64 up to 512, then eight
// to each doubling. A header of 64 bytes lies before each. Large ones begin at any such multiple within a page, so that loops
// over several of them do not meet in the same lines of a cache.
class KeptMemory final : public c10::Allocator {
  public:
    c10::DataPtr allocate(size_t bytes) override {
        void* data = bytes == 0 ? nullptr : take(bytes);
        return {data, data, &give, c10::Device(c10::DeviceType::CPU)};
    }

    c10::DeleterFnPtr raw_deleter() const override { return &give; }

    void copy_data(void* target, const void* source, size_t bytes) const override {
        default_copy_data(target, source, bytes);
    }

    // Return all memory that no tensor uses, if it is more than `most` bytes.
    void release(size_t most) {
        std::lock_guard<std::mutex> guard(lock);
        if (kept <= most) {
            return;
        }
        for (Header*& first : free) {
            while (first != nullptr) {
                Header* next = first->next;
                c10::free_cpu(first->block);
                first = next;
            }
        }
        kept = 0;
    }

  private:
    struct alignas(64) Header {
        void* block;
        Header* next;
        size_t bin;
        size_t bytes;
    };

    void* take(size_t bytes) {
        size_t bin = (bytes + 63) / 64;
        size_t size = bin * 64;
        if (bytes > 512) {
            size_t exponent = 63 - static_cast<size_t>(__builtin_clzll(bytes - 1));
            size_t eighth = (bytes - 1) >> (exponent - 3);  // 8 to 15
            bin = 8 * (exponent - 8) + (eighth & 7) + 1;
            size = (eighth + 1) << (exponent - 3);
        }
        {
            std::lock_guard<std::mutex> guard(lock);
            if (Header* header = free[bin]; header != nullptr) {
                free[bin] = header->next;
                kept -= size;
                return header + 1;
            }
        }
        size_t shift = size < LARGE ? 0 : begun.fetch_add(1) % (PAGE / 64) * 64;
        void* block = fresh(size + shift + sizeof(Header));
        auto* header = reinterpret_cast<Header*>(static_cast<char*>(block) + shift);
        *header = {block, nullptr, bin, size};
        return header + 1;
    }

    // New memory; where there is none, what is kept is returned first. The second error is libtorch's own.
    void* fresh(size_t bytes) {
        try {
            return c10::alloc_cpu(bytes);
        } catch (const c10::Error&) {
            release(0);
        }
        return c10::alloc_cpu(bytes);
    }

    static void give(void* data);

    static constexpr size_t PAGE = 4096, LARGE = 8 * PAGE;

    std::mutex lock;
    std::array<Header*, 8 * 57> free{};
    size_t kept = 0;
    // Large blocks so far.
    std::atomic<size_t> begun{0};
};

// Never destroyed: tensors of libtorch's own may outlive this file's other objects.
KeptMemory& kept_memory() {
    static auto* memory = new KeptMemory;
    return *memory;
}

void KeptMemory::give(void* data) {
    if (data == nullptr) {
        return;
    }
    auto* header = static_cast<Header*>(data) - 1;
    auto& memory = kept_memory();
    std::lock_guard<std::mutex> guard(memory.lock);
    header->next = memory.free[header->bin];
    memory.free[header->bin] = header;
    memory.kept += header->bytes;
}

// Before `main`, so that no tensor's memory comes from one place and goes to another. glibc can check what tensors write
// (worker/tests/worker/memory.rs) only where each has a block of its own.
[[maybe_unused]] const bool keeps_memory = [] {
    bool keeps = std::getenv("RENAS_PLAIN_MEMORY") == nullptr;
    if (keeps) {
        c10::SetCPUAllocator(&kept_memory(), 1);
    }
    return keeps;
}();

using Floats = float __attribute__((vector_size(32)));
using Places = int32_t __attribute__((vector_size(32)));
using Bytes = uint8_t __attribute__((vector_size(8)));

// Values that windows compare, one after another: of `count` neighbouring windows at a time.
struct Compared {
    // Of each, the first window's value, and its place in the window: row times kernel plus column.
    std::array<const float*, 225> values;
    std::array<int32_t, 225> places;
    int64_t many = 0;
};

// The largest of each window and, where wanted, its place. A value takes the place of the largest so far where it is larger
// or no number, as in libtorch's own kernel. Compiled twice: comparing and choosing gives the same bits in any vectors.
__attribute__((target_clones("avx2", "default"))) void largest(const Compared& compared, float* output, uint8_t* places,
                                                               int64_t count) {
    constexpr float LEAST = -std::numeric_limits<float>::infinity();
    int64_t at = 0;
    while (count >= 8 && at < count) {
        at = std::min(at, count - 8);  // the last eight may overlap those before them
        Floats most = LEAST - Floats{};
        Places from = compared.places[0] - Places{};
        for (int64_t source = 0; source < compared.many; ++source) {
            Floats value;
            __builtin_memcpy(&value, compared.values[source] + at, sizeof value);
            Places is_larger = (value > most) | (value != value);
            most = is_larger ? value : most;
            from = is_larger ? compared.places[source] - Places{} : from;
        }
        __builtin_memcpy(output + at, &most, sizeof most);
        if (places != nullptr) {
            Bytes bytes = __builtin_convertvector(from, Bytes);
            __builtin_memcpy(places + at, &bytes, sizeof bytes);
        }
        at += 8;
    }
    for (; at < count; ++at) {
        float most = LEAST;
        int32_t from = compared.places[0];
        for (int64_t source = 0; source < compared.many; ++source) {
            float value = compared.values[source][at];
            if (value > most || value != value) {
                most = value;
                from = compared.places[source];
            }
        }
        output[at] = most;
        if (places != nullptr) {
            places[at] = static_cast<uint8_t>(from);
        }
    }
}

// Windows over images with channels last.
struct Windows {
    int64_t images, height, width, channels;
    int64_t kernel, stride, padding;
    int64_t rows, columns;

    // The largest of each window, and, where `places` is wanted, its place. Where nothing is larger than minus infinity it is
    // the first place within the image, as in libtorch.
    void forward(const float* input, float* output, uint8_t* places) const {
        Compared compared;
        for (int64_t row = 0; row < images * rows; ++row) {
            int64_t image = row / rows, top = row % rows * stride - padding;
            int64_t first_y = std::max<int64_t>(-top, 0), last_y = std::min(kernel, height - top);
            for (int64_t column = 0, together = 1; column < columns; column += together) {
                int64_t left = column * stride - padding;
                int64_t first_x = std::max<int64_t>(-left, 0), last_x = std::min(kernel, width - left);
                // Neighbours that lie within the image wholly are neighbours in memory too.
                bool is_inside = stride == 1 && left >= 0 && left + kernel <= width;
                together = is_inside ? width - kernel - left + 1 : 1;
                compared.many = 0;
                for (int64_t y = first_y; y < last_y; ++y) {
                    for (int64_t x = first_x; x < last_x; ++x) {
                        int64_t pixel = (image * height + top + y) * width + left + x;
                        compared.values[compared.many] = input + pixel * channels;
                        compared.places[compared.many++] = static_cast<int32_t>(y * kernel + x);
                    }
                }
                int64_t at = (row * columns + column) * channels;
                largest(compared, output + at, places == nullptr ? nullptr : places + at, together * channels);
            }
        }
    }

    // Add each gradient to that of its largest value, window after window as libtorch does; `by_input` begins as zeros.
    void backward(const float* by_output, const uint8_t* places, float* by_input) const {
        std::array<int64_t, 256> steps{};
        for (int64_t place = 0; place < kernel * kernel; ++place) {
            steps[place] = (place / kernel * width + place % kernel) * channels;
        }
        for (int64_t row = 0; row < images * rows; ++row) {
            int64_t top = row / rows * height + row % rows * stride - padding;
            for (int64_t column = 0; column < columns; ++column) {
                int64_t corner = (top * width + column * stride - padding) * channels;
                const float* gradients = by_output + (row * columns + column) * channels;
                const uint8_t* from = places + (row * columns + column) * channels;
                for (int64_t channel = 0; channel < channels; ++channel) {
                    by_input[corner + steps[from[channel]] + channel] += gradients[channel];
                }
            }
        }
    }
};

// The largest values of windows, bit for bit as `at::max_pool2d` has them and their gradients.
//
// libtorch's own kernel goes window by window and keeps places as 64-bit numbers; this one goes row by row, keeps a byte,
// and none where nobody asks for gradients.
class MaxPool : public torch::autograd::Function<MaxPool> {
  public:
    static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& input, int64_t kernel,
                              int64_t stride, int64_t padding) {
        Windows windows = over(input, kernel, stride, padding);
        auto options = input.options().memory_format(at::MemoryFormat::ChannelsLast);
        std::array<int64_t, 4> shape = {windows.images, windows.channels, windows.rows, windows.columns};
        auto output = at::empty(shape, options);
        auto places = at::empty(shape, options.dtype(at::kByte));
        windows.forward(input.const_data_ptr<float>(), output.mutable_data_ptr<float>(),
                        places.mutable_data_ptr<uint8_t>());
        context->save_for_backward({places});
        context->saved_data["shape"] = input.sizes().vec();
        context->saved_data["windows"] = std::vector<int64_t>{kernel, stride, padding};
        return output;
    }

    static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                   torch::autograd::variable_list by_outputs) {
        auto by_output = by_outputs[0].contiguous(at::MemoryFormat::ChannelsLast);
        auto places = context->get_saved_variables()[0];
        auto window = context->saved_data["windows"].toIntVector();
        auto by_input = at::empty(context->saved_data["shape"].toIntVector(),
                                  by_output.options().memory_format(at::MemoryFormat::ChannelsLast));
        by_input.zero_();
        over(by_input, window[0], window[1], window[2])
            .backward(by_output.const_data_ptr<float>(), places.const_data_ptr<uint8_t>(),
                      by_input.mutable_data_ptr<float>());
        return {by_input, {}, {}, {}};
    }

    // The same without gradients.
    static at::Tensor alone(const at::Tensor& input, int64_t kernel, int64_t stride, int64_t padding) {
        Windows windows = over(input, kernel, stride, padding);
        auto output = at::empty({windows.images, windows.channels, windows.rows, windows.columns},
                                input.options().memory_format(at::MemoryFormat::ChannelsLast));
        windows.forward(input.const_data_ptr<float>(), output.mutable_data_ptr<float>(), nullptr);
        return output;
    }

    // Whether the kernels here can compute it; every window must reach into the image.
    static bool fits(const at::Tensor& input, int64_t kernel, int64_t stride, int64_t padding) {
        return input.is_cpu() && input.scalar_type() == at::kFloat && input.dim() == 4 && input.numel() > 0 &&
               input.suggest_memory_format() == at::MemoryFormat::ChannelsLast &&
               input.is_contiguous(at::MemoryFormat::ChannelsLast) && kernel > 0 && kernel <= 15 && stride > 0 &&
               padding >= 0 && 2 * padding <= kernel && input.size(2) + 2 * padding >= kernel &&
               input.size(3) + 2 * padding >= kernel;
    }

  private:
    static Windows over(const at::Tensor& input, int64_t kernel, int64_t stride, int64_t padding) {
        auto count = [&](int64_t size) { return (size + 2 * padding - kernel) / stride + 1; };
        return {input.size(0), input.size(2), input.size(3), input.size(1), kernel, stride, padding,
                count(input.size(2)), count(input.size(3))};
    }
};

}  // namespace

extern "C" {

// The largest values of square windows; `output` is a new tensor, which the caller owns.
int renas_max_pool(at::Tensor* input, int64_t kernel, int64_t stride, int64_t padding, at::Tensor** output) {
    return guarded([&] {
        bool has_gradient = c10::GradMode::is_enabled() && input->requires_grad();
        if (!MaxPool::fits(*input, kernel, stride, padding)) {
            *output = new at::Tensor(
                at::max_pool2d(*input, {kernel, kernel}, {stride, stride}, {padding, padding}, {1, 1}, false));
        } else if (has_gradient) {
            *output = new at::Tensor(MaxPool::apply(*input, kernel, stride, padding));
        } else {
            *output = new at::Tensor(MaxPool::alone(*input, kernel, stride, padding));
        }
    });
}

// Return the memory that is kept for later tensors, if it is more than `most` bytes.
void renas_release_memory(size_t most) { kept_memory().release(most); }

const char* renas_last_error() { return last_error.c_str(); }

// So many threads, deterministic algorithms (an operator without one is an error), full precision everywhere.
int renas_pin(int threads) {
    return guarded([threads] {
        at::set_num_threads(threads);
        at::set_num_interop_threads(1);
        auto& context = at::globalContext();
        context.setDeterministicAlgorithms(true, false);
        context.setDeterministicFillUninitializedMemory(false);
        context.setDeterministicCuDNN(true);
        context.setDeterministicMkldnn(true);
        context.setBenchmarkCuDNN(false);
        context.setAllowTF32CuBLAS(false);
        context.setAllowTF32CuDNN(false);
        context.setFloat32MatmulPrecision("highest");
    });
}

// What libtorch says of itself: 0 version, 1 file, 2 CPU capability, 3 build and libraries, 4 threads.
int renas_describe(int what, const char** answer) {
    return guarded([&] {
        switch (what) {
            case 0: text = TORCH_VERSION; break;
            case 1: text = library_path(); break;
            case 2: text = at::get_cpu_capability(); break;
            case 3: text = at::show_config(); break;
            default: text = at::get_parallel_info(); break;
        }
        *answer = text.c_str();
    });
}

// Remember the name of every operator that runs from here on, those of backward passes included. For tests.
int renas_record_start() {
    return guarded([] {
        recorded.clear();
        recording = at::addGlobalCallback(
            at::RecordFunctionCallback([](const at::RecordFunction& function) -> std::unique_ptr<at::ObserverContext> {
                recorded.insert(function.name());
                return nullptr;
            }).scopes({at::RecordScope::FUNCTION}));
    });
}

// The names since `renas_record_start`, one per line, in ascending order.
int renas_record_stop(const char** names) {
    return guarded([&] {
        at::removeCallback(recording);
        text.clear();
        for (const auto& name : recorded) {
            text += name + "\n";
        }
        *names = text.c_str();
    });
}

// Process CPU seconds since the start.
double renas_cpu_seconds() {
    timespec time{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

// One step of Adam in place, by PyTorch's fused kernel. `steps` is a float tensor that counts steps, this one included.
int renas_adam(at::Tensor* weights, at::Tensor* gradient, at::Tensor* mean, at::Tensor* square, at::Tensor* steps,
               double rate, double beta1, double beta2, double epsilon) {
    return guarded([&] {
        c10::NoGradGuard no_grad;
        at::_fused_adam_({*weights}, {*gradient}, {*mean}, {*square}, {}, {*steps}, rate, beta1, beta2, 0.0, epsilon,
                         false, false);
    });
}

// One step of gradient descent in place, by PyTorch's fused kernel.
int renas_sgd(at::Tensor* weights, at::Tensor* gradient, at::Tensor* velocity, double rate, double momentum,
              int first_step) {
    return guarded([&] {
        c10::NoGradGuard no_grad;
        std::vector<at::Tensor> velocities;
        if (momentum != 0.0) {
            velocities.push_back(*velocity);
        }
        at::_fused_sgd_({*weights}, {*gradient}, velocities, 0.0, momentum, rate, 0.0, false, false, first_step != 0);
    });
}

}  // extern "C"
