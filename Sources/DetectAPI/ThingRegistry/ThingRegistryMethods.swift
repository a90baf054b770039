/// `detect.v1.ThingRegistry`: one file for each method.
struct ThingRegistryMethods: Sendable {
  let backend: Backend
}
