extension Engine {
  /// What is to be sent for events that an input has just caused: one alert for each whose profile has a
  /// target, as the profile is after the input. Nothing is sent for a behavior that suppresses alerts, nor
  /// where the input deleted the profile, whose target is gone with it (evidence.md U28).
  func alerts(for events: [ViolationEvent]) -> [Alert] {
    events.compactMap { event in
      guard !event.suppressesAlerts,
        let profile = catalog.profiles[event.securityProfileName],
        let target = profile.alertTargets[SecurityProfile.alertTargetKind]
      else { return nil }
      return Alert(of: event, to: target.alertTargetARN, at: clock)
    }
  }
}
