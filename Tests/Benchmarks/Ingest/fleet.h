// What a fleet of things reports: batches that are serialized once. Only their numbers change from
// one sending to the next, and those have a fixed place and width.

#pragma once

#include "detect/v1/metric_report.pb.h"

#include <cstdint>
#include <random>
#include <string>
#include <vector>

// A number as protobuf writes it, in four bytes: from 1 << 21 on, below 1 << 28.
inline void put_number(std::string &bytes, size_t place, uint32_t number) {
  for (int index = 0; index < 4; index++) {
    bytes[place + index] = static_cast<char>((number >> (7 * index) & 0x7f) | (index < 3) << 7);
  }
}

constexpr uint32_t first_number = 1 << 21;

class Batch {
public:
  explicit Batch(const std::vector<detect::v1::MetricReport> &reports) {
    detect::v1::ReportMetricsRequest request;
    request.set_batch_number(first_number);
    bytes_ = request.SerializeAsString();
    for (const auto &report : reports) {
      detect::v1::ReportMetricsRequest one;
      *one.add_reports() = report;
      const auto field = one.SerializeAsString();
      // Tag and length, then the report: its name with tag and length, the tag of its id, the id.
      const auto start = field.size() - report.ByteSizeLong();
      id_places_.push_back(bytes_.size() + start + 2 + report.thing_name().size() + 1);
      bytes_ += field;
    }
  }

  // The bytes, with this number for the batch and for each report.
  std::string numbered(uint32_t batch, uint32_t report) const {
    auto bytes = bytes_;
    put_number(bytes, 1, batch);
    for (const auto place : id_places_) {
      put_number(bytes, place, report);
    }
    return bytes;
  }

  size_t size() const { return id_places_.size(); }

private:
  std::string bytes_;
  std::vector<size_t> id_places_;
};

class Fleet {
public:
  // The batches in which things report once, `per_batch` reports in each.
  static std::vector<Batch> batches(int stream, int things, int per_batch) {
    Fleet fleet(stream);
    std::vector<Batch> batches;
    for (int first = 0; first < things; first += per_batch) {
      std::vector<detect::v1::MetricReport> reports;
      for (int thing = first; thing < std::min(things, first + per_batch); thing++) {
        reports.push_back(fleet.report(stream, thing));
      }
      batches.emplace_back(reports);
    }
    return batches;
  }

private:
  explicit Fleet(int seed) : random_(seed) {}

  // Eight datapoints, within what the profiles of the benchmark allow.
  detect::v1::MetricReport report(int stream, int thing) {
    detect::v1::MetricReport report;
    report.set_thing_name("gateway-" + std::to_string(stream) + "-thing-" + std::to_string(thing));
    report.set_report_id(first_number);
    for (const auto *metric : {"aws:all-bytes-in", "aws:all-bytes-out"}) {
      value(report, metric).set_count(upTo(1 << 20));
    }
    for (const auto *metric : {"aws:all-packets-in", "aws:all-packets-out"}) {
      value(report, metric).set_count(upTo(1 << 10));
    }
    value(report, "aws:num-listening-tcp-ports").set_count(upTo(9));
    value(report, "aws:num-established-tcp-connections").set_count(upTo(99));
    auto *ports = value(report, "aws:listening-tcp-ports").mutable_ports();
    ports->add_ports(22);
    ports->add_ports(443);
    auto *cidrs = value(report, "aws:destination-ip-addresses").mutable_cidrs();
    for (int index = 0; index < 3; index++) {
      cidrs->add_cidrs("10." + std::to_string(upTo(99)) + "." + std::to_string(upTo(255)) + "." +
                       std::to_string(upTo(255)));
    }
    return report;
  }

  static detect::v1::MetricValue &value(detect::v1::MetricReport &report, const char *metric) {
    auto *datapoint = report.add_datapoints();
    datapoint->set_metric(metric);
    return *datapoint->mutable_value();
  }

  uint32_t upTo(uint32_t most) { return random_() % (most + 1); }

  std::mt19937 random_;
};
