// The peer in C++: gRPC's callback server. It prints its port and serves until it is killed.

#include "bench.grpc.pb.h"

#include <grpcpp/grpcpp.h>
#include <iostream>

namespace {

class Counter final : public grpc::ServerReadReactor<bench::Sample> {
public:
  explicit Counter(bench::Total *total) : total_(total) { StartRead(&sample_); }

  void OnReadDone(bool ok) override {
    if (!ok) {
      total_->set_count(count_);
      Finish(grpc::Status::OK);
      return;
    }
    count_ += sample_.readings_size();
    StartRead(&sample_);
  }

  void OnDone() override { delete this; }

private:
  bench::Total *total_;
  bench::Sample sample_;
  uint64_t count_ = 0;
};

class Service final : public bench::Bench::CallbackService {
  grpc::ServerUnaryReactor *Count(grpc::CallbackServerContext *context, const bench::Sample *sample,
                                  bench::Total *total) override {
    total->set_count(sample->readings_size());
    auto *reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }

  grpc::ServerReadReactor<bench::Sample> *CountAll(grpc::CallbackServerContext *,
                                                   bench::Total *total) override {
    return new Counter(total);
  }
};

} // namespace

int main() {
  Service service;
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&service);
  auto server = builder.BuildAndStart();
  if (!server) {
    return 1;
  }
  std::cerr << "listening on 127.0.0.1:" << port << std::endl;
  server->Wait();
}
