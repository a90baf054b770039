// Streams reports to a server of MetricIngestion, on some connections at once, so many batches ahead of
// the acknowledgements.
//
// usage: ingest-client ADDRESS STREAMS THINGS REPORTS_PER_BATCH
//
// Each line of its input, "ROUNDS AHEAD PER_SECOND", has all things report so many times, with so many
// batches ahead on each stream, each stream at most so many batches a second (0: as many as it can). The
// answer is a line: reports taken, seconds, and the 50th and 99th percentile and the longest of the
// microseconds from a batch to its acknowledgement.

#include "fleet.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <iostream>
#include <memory>
#include <mutex>
#include <thread>

namespace {

using Clock = std::chrono::steady_clock;
using detect::v1::ReportMetricsResponse;

// One order to all streams.
struct Order {
  uint32_t first_id;
  uint32_t rounds;
  size_t ahead;
  unsigned per_second;
};

// A connection of its own, and one call on it that lasts as long as the program.
class Stream final : public grpc::ClientBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
public:
  Stream(const std::string &address, int number, int things, int per_batch)
      : batches_(Fleet::batches(number, things, per_batch)), stub_(connect(address)) {
    stub_.PrepareBidiStreamingCall(&context_, "/detect.v1.MetricIngestion/ReportMetrics", {}, this);
    AddHold();
    StartRead(&received_);
    StartCall();
  }

  // Sends what the order says, and returns when all of it is acknowledged.
  void run(const Order &order) {
    const auto total = order.rounds * batches_.size();
    auto due = Clock::now();
    const auto step = std::chrono::nanoseconds(order.per_second ? 1'000'000'000 / order.per_second : 0);
    for (size_t index = 0; index < total; index++) {
      const auto id = order.first_id + static_cast<uint32_t>(index / batches_.size());
      const auto bytes = batches_[index % batches_.size()].numbered(next_batch_, id);
      grpc::Slice slice(bytes);
      std::this_thread::sleep_until(due);
      due += step;
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return !is_writing_ && sent_.size() < order.ahead; });
      is_writing_ = true;
      next_batch_++;
      sent_.push_back(Clock::now());
      writing_ = grpc::ByteBuffer(&slice, 1);
      StartWrite(&writing_);
    }
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return sent_.empty() && !is_writing_; });
  }

  void OnWriteDone(bool ok) override {
    if (!ok) {
      return;
    }
    std::lock_guard lock(mutex_);
    is_writing_ = false;
    changed_.notify_one();
  }

  void OnReadDone(bool ok) override {
    if (!ok) {
      RemoveHold();
      return;
    }
    ReportMetricsResponse response;
    grpc::Slice slice;
    if (!received_.DumpToSingleSlice(&slice).ok() ||
        !response.ParseFromArray(slice.begin(), static_cast<int>(slice.size())) ||
        response.rejections_size() > 0 || response.duplicate_count() > 0) {
      std::cerr << "not every report was taken: " << response.ShortDebugString() << std::endl;
      std::_Exit(1);
    }
    {
      std::lock_guard lock(mutex_);
      taken_ += response.accepted_count();
      const std::chrono::duration<double, std::micro> time = Clock::now() - sent_.front();
      times_.push_back(time.count());
      sent_.pop_front();
      changed_.notify_one();
    }
    StartRead(&received_);
  }

  void OnDone(const grpc::Status &status) override {
    std::cerr << "the stream has ended: " << status.error_message() << std::endl;
    std::_Exit(1);
  }

  // Adds what was measured since the last time.
  void report(uint64_t &taken, std::vector<double> &times) {
    std::lock_guard lock(mutex_);
    taken += std::exchange(taken_, 0);
    times.insert(times.end(), times_.begin(), times_.end());
    times_.clear();
  }

private:
  static std::shared_ptr<grpc::Channel> connect(const std::string &address) {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
  }

  const std::vector<Batch> batches_;
  grpc::GenericStub stub_;
  grpc::ClientContext context_;
  grpc::ByteBuffer writing_;
  grpc::ByteBuffer received_;
  uint32_t next_batch_ = first_number;

  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_writing_ = false;
  std::deque<Clock::time_point> sent_;
  std::vector<double> times_;
  uint64_t taken_ = 0;
};

} // namespace

int main(int, char **arguments) {
  const int streams = std::stoi(arguments[2]);
  const int things = std::stoi(arguments[3]) / streams;
  std::vector<std::unique_ptr<Stream>> fleet;
  for (int number = 0; number < streams; number++) {
    fleet.push_back(
        std::make_unique<Stream>(arguments[1], number, things, std::stoi(arguments[4])));
  }
  Order order{first_number, 0, 0, 0};
  while (std::cin >> order.rounds >> order.ahead >> order.per_second) {
    const auto start = Clock::now();
    std::vector<std::thread> threads;
    for (auto &stream : fleet) {
      threads.emplace_back([&] { stream->run(order); });
    }
    for (auto &thread : threads) {
      thread.join();
    }
    const std::chrono::duration<double> seconds = Clock::now() - start;
    order.first_id += order.rounds;
    uint64_t taken = 0;
    std::vector<double> times;
    for (auto &stream : fleet) {
      stream->report(taken, times);
    }
    std::sort(times.begin(), times.end());
    const auto at = [&](size_t percent) { return times[(times.size() - 1) * percent / 100]; };
    std::cout << taken << " " << seconds.count() << " " << at(50) << " " << at(99) << " " << at(100)
              << std::endl;
  }
  // What the streams hold is gone with the process.
  std::_Exit(0);
}
