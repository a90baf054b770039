// gRPC's interop cases with its client in C++. Runs the one that is named; says why if it fails.
// usage: grpc-cpp-client PORT CASE

#include "interop.grpc.pb.h"

#include <chrono>
#include <grpcpp/grpcpp.h>
#include <iostream>
#include <map>
#include <stdexcept>

namespace {

using namespace grpc::testing;
using grpc::ClientContext;
using grpc::Status;
using grpc::StatusCode;

// A deadline for every call, so that a case ends.
struct Context : ClientContext {
  Context() { set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20)); }
};

void require(bool condition, const std::string &what) {
  if (!condition) {
    throw std::runtime_error(what);
  }
}

void require(const Status &status, StatusCode code = StatusCode::OK) {
  require(status.error_code() == code,
          "status " + std::to_string(status.error_code()) + ": " + status.error_message());
}

SimpleRequest large() {
  SimpleRequest request;
  request.set_response_size(314159);
  request.mutable_payload()->set_body(std::string(271828, '\0'));
  return request;
}

StreamingInputCallRequest streamed(std::string body) {
  StreamingInputCallRequest request;
  request.mutable_payload()->set_body(std::move(body));
  return request;
}

StreamingOutputCallRequest asking(std::initializer_list<int> sizes, int body = 0) {
  StreamingOutputCallRequest request;
  for (int size : sizes) {
    request.add_response_parameters()->set_size(size);
  }
  request.mutable_payload()->set_body(std::string(body, '\0'));
  return request;
}

class Cases {
public:
  explicit Cases(const std::string &port)
      : channel_(grpc::CreateChannel("127.0.0.1:" + port, grpc::InsecureChannelCredentials())),
        stub_(TestService::NewStub(channel_)) {}

  void run(const std::string &name) {
    static const std::map<std::string, void (Cases::*)()> cases = {
        {"empty_unary", &Cases::emptyUnary},
        {"large_unary", &Cases::largeUnary},
        {"client_compressed_unary", &Cases::clientCompressedUnary},
        {"server_compressed_unary", &Cases::serverCompressedUnary},
        {"client_streaming", &Cases::clientStreaming},
        {"client_compressed_streaming", &Cases::clientCompressedStreaming},
        {"server_streaming", &Cases::serverStreaming},
        {"server_compressed_streaming", &Cases::serverCompressedStreaming},
        {"ping_pong", &Cases::pingPong},
        {"empty_stream", &Cases::emptyStream},
        {"custom_metadata", &Cases::customMetadata},
        {"status_code_and_message", &Cases::statusCodeAndMessage},
        {"special_status_message", &Cases::specialStatusMessage},
        {"unimplemented_method", &Cases::unimplementedMethod},
        {"unimplemented_service", &Cases::unimplementedService},
        {"cancel_after_begin", &Cases::cancelAfterBegin},
        {"cancel_after_first_response", &Cases::cancelAfterFirstResponse},
        {"timeout_on_sleeping_server", &Cases::timeoutOnSleepingServer},
    };
    (this->*cases.at(name))();
  }

private:
  void emptyUnary() {
    Context context;
    Empty response;
    require(stub_->EmptyCall(&context, Empty(), &response));
  }

  void call(const SimpleRequest &request, StatusCode code = StatusCode::OK,
            bool compresses = false) {
    Context context;
    if (compresses) {
      context.set_compression_algorithm(GRPC_COMPRESS_GZIP);
    }
    SimpleResponse response;
    require(stub_->UnaryCall(&context, request, &response), code);
    require(code != StatusCode::OK || response.payload().body() == std::string(314159, '\0'),
            "body");
  }

  void largeUnary() { call(large()); }

  void clientCompressedUnary() {
    auto request = large();
    request.mutable_expect_compressed()->set_value(true);
    call(request, StatusCode::INVALID_ARGUMENT);
    call(request, StatusCode::OK, true);
    request.mutable_expect_compressed()->set_value(false);
    call(request);
  }

  void serverCompressedUnary() {
    for (bool is_compressed : {true, false}) {
      auto request = large();
      request.mutable_response_compressed()->set_value(is_compressed);
      call(request);
    }
  }

  void clientStreaming() {
    Context context;
    StreamingInputCallResponse response;
    auto writer = stub_->StreamingInputCall(&context, &response);
    for (int size : {27182, 8, 1828, 45904}) {
      require(writer->Write(streamed(std::string(size, '\0'))), "write");
    }
    writer->WritesDone();
    require(writer->Finish());
    require(response.aggregated_payload_size() == 74922, "size");
  }

  void clientCompressedStreaming() {
    auto first = streamed(std::string(27182, '\0'));
    first.mutable_expect_compressed()->set_value(true);
    {
      Context context;
      StreamingInputCallResponse response;
      auto writer = stub_->StreamingInputCall(&context, &response);
      writer->Write(first);
      writer->WritesDone();
      require(writer->Finish(), StatusCode::INVALID_ARGUMENT);
    }
    Context context;
    context.set_compression_algorithm(GRPC_COMPRESS_GZIP);
    StreamingInputCallResponse response;
    auto writer = stub_->StreamingInputCall(&context, &response);
    require(writer->Write(first), "write");
    auto second = streamed(std::string(45904, '\0'));
    second.mutable_expect_compressed()->set_value(false);
    require(writer->Write(second, grpc::WriteOptions().set_no_compression()), "write");
    writer->WritesDone();
    require(writer->Finish());
    require(response.aggregated_payload_size() == 73086, "size");
  }

  void outputs(const StreamingOutputCallRequest &request) {
    Context context;
    auto reader = stub_->StreamingOutputCall(&context, request);
    StreamingOutputCallResponse response;
    for (const auto &parameters : request.response_parameters()) {
      require(reader->Read(&response), "read");
      require(response.payload().body().size() == size_t(parameters.size()), "size");
    }
    require(!reader->Read(&response), "one response too many");
    require(reader->Finish());
  }

  void serverStreaming() { outputs(asking({31415, 9, 2653, 58979})); }

  void serverCompressedStreaming() {
    for (bool first : {true, false}) {
      auto request = asking({31415, 92653});
      request.mutable_response_parameters(0)->mutable_compressed()->set_value(first);
      request.mutable_response_parameters(1)->mutable_compressed()->set_value(!first);
      outputs(request);
    }
  }

  void pingPong() {
    Context context;
    auto stream = stub_->FullDuplexCall(&context);
    const int sizes[][2] = {{27182, 31415}, {8, 9}, {1828, 2653}, {45904, 58979}};
    StreamingOutputCallResponse response;
    for (auto [request, size] : sizes) {
      require(stream->Write(asking({size}, request)), "write");
      require(stream->Read(&response), "read");
      require(response.payload().body().size() == size_t(size), "size");
    }
    stream->WritesDone();
    require(!stream->Read(&response), "one response too many");
    require(stream->Finish());
  }

  void emptyStream() {
    Context context;
    auto stream = stub_->FullDuplexCall(&context);
    stream->WritesDone();
    StreamingOutputCallResponse response;
    require(!stream->Read(&response), "a response");
    require(stream->Finish());
  }

  static void addMetadata(ClientContext &context) {
    context.AddMetadata("x-grpc-test-echo-initial", "test_initial_metadata_value");
    context.AddMetadata("x-grpc-test-echo-trailing-bin", "\xab\xab\xab");
  }

  static void requireMetadata(const ClientContext &context) {
    const auto &initial = context.GetServerInitialMetadata();
    const auto &trailing = context.GetServerTrailingMetadata();
    auto first = initial.find("x-grpc-test-echo-initial");
    auto last = trailing.find("x-grpc-test-echo-trailing-bin");
    require(first != initial.end() && first->second == "test_initial_metadata_value", "initial");
    require(last != trailing.end() && last->second == "\xab\xab\xab", "trailing");
  }

  void customMetadata() {
    Context unary;
    addMetadata(unary);
    SimpleResponse response;
    require(stub_->UnaryCall(&unary, large(), &response));
    requireMetadata(unary);

    Context context;
    addMetadata(context);
    auto stream = stub_->FullDuplexCall(&context);
    StreamingOutputCallResponse output;
    require(stream->Write(asking({314159})) && stream->WritesDone() && stream->Read(&output),
            "read");
    require(stream->Finish());
    requireMetadata(context);
  }

  void echoStatus(const std::string &message) {
    SimpleRequest request;
    request.mutable_response_status()->set_code(2);
    request.mutable_response_status()->set_message(message);
    Context unary;
    SimpleResponse response;
    auto status = stub_->UnaryCall(&unary, request, &response);
    require(status, StatusCode::UNKNOWN);
    require(status.error_message() == message, "message: " + status.error_message());

    StreamingOutputCallRequest asked;
    *asked.mutable_response_status() = request.response_status();
    Context context;
    auto stream = stub_->FullDuplexCall(&context);
    stream->Write(asked);
    stream->WritesDone();
    status = stream->Finish();
    require(status, StatusCode::UNKNOWN);
    require(status.error_message() == message, "message: " + status.error_message());
  }

  void statusCodeAndMessage() { echoStatus("test status message"); }

  void specialStatusMessage() {
    echoStatus("\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n");
  }

  void unimplementedMethod() {
    Context context;
    Empty response;
    require(stub_->UnimplementedCall(&context, Empty(), &response), StatusCode::UNIMPLEMENTED);
  }

  void unimplementedService() {
    Context context;
    Empty response;
    require(
        UnimplementedService::NewStub(channel_)->UnimplementedCall(&context, Empty(), &response),
        StatusCode::UNIMPLEMENTED);
  }

  void cancelAfterBegin() {
    Context context;
    StreamingInputCallResponse response;
    auto writer = stub_->StreamingInputCall(&context, &response);
    context.TryCancel();
    require(writer->Finish(), StatusCode::CANCELLED);
  }

  void cancelAfterFirstResponse() {
    Context context;
    auto stream = stub_->FullDuplexCall(&context);
    StreamingOutputCallResponse response;
    require(stream->Write(asking({31415}, 27182)) && stream->Read(&response), "read");
    context.TryCancel();
    require(stream->Finish(), StatusCode::CANCELLED);
  }

  void timeoutOnSleepingServer() {
    ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(1));
    auto request = asking({31415}, 27182);
    request.mutable_response_parameters(0)->set_interval_us(10'000'000);
    auto stream = stub_->FullDuplexCall(&context);
    stream->Write(request);
    require(stream->Finish(), StatusCode::DEADLINE_EXCEEDED);
  }

  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<TestService::Stub> stub_;
};

} // namespace

int main(int count, char **arguments) {
  if (count != 3) {
    std::cerr << "usage: grpc-cpp-client PORT CASE\n";
    return 2;
  }
  try {
    Cases(arguments[1]).run(arguments[2]);
    return 0;
  } catch (const std::exception &error) {
    std::cerr << error.what() << "\n";
    return 1;
  }
}
