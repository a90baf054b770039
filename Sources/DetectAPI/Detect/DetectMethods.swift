/// `detect.v1.Detect`: one file for each method.
struct DetectMethods: Sendable {
  let backend: Backend
  let drain: Drain
}
