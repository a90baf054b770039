// The peer: gRPC C++'s callback server for the same method. It receives, decodes and acknowledges, and
// does nothing else. It prints its port and serves until it is killed.

#include "detect/v1/metric_ingestion_service.grpc.pb.h"

#include <grpcpp/grpcpp.h>
#include <iostream>

namespace {

using detect::v1::MetricIngestion;
using detect::v1::ReportMetricsRequest;
using detect::v1::ReportMetricsResponse;

class Stream final : public grpc::ServerBidiReactor<ReportMetricsRequest, ReportMetricsResponse> {
public:
  Stream() { StartRead(&request_); }

  void OnReadDone(bool ok) override {
    if (!ok) {
      Finish(grpc::Status::OK);
      return;
    }
    response_.set_batch_number(request_.batch_number());
    response_.set_accepted_count(request_.reports_size());
    StartWrite(&response_);
  }

  void OnWriteDone(bool ok) override {
    if (ok) {
      StartRead(&request_);
    } else {
      Finish(grpc::Status::OK);
    }
  }

  void OnDone() override { delete this; }

private:
  // Used again for each message, so that most of what it allocates is there already.
  ReportMetricsRequest request_;
  ReportMetricsResponse response_;
};

class Service final : public MetricIngestion::CallbackService {
  grpc::ServerBidiReactor<ReportMetricsRequest, ReportMetricsResponse> *
  ReportMetrics(grpc::CallbackServerContext *) override {
    return new Stream;
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
