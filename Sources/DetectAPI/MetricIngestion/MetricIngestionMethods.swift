internal import DeviceDocuments

/// `detect.v1.MetricIngestion`: one file for each method.
struct MetricIngestionMethods: Sendable {
  let backend: Backend
  let devices: DeviceReporting
  let drain: Drain
}
