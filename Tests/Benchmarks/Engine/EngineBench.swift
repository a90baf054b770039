import Detect
import Glibc

/// What judging costs, without a store and without a socket: time per report as the fleet grows, memory per
/// thing, time of a close and of a profile change.
///
/// Every figure is of this machine and this run; the floor beside it is measured in the same run.
@main
enum EngineBench {
  static func main() {
    let most = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 300_000
    print(
      "Reports of 8 datapoints, one a minute per thing, in random order; 10 behaviors a thing, of")
    print(
      "which 2 sum over a window of 5 minutes. Floor: one report's share of random memory reads.")
    print("")
    print("   things   ns/report  ns/datapoint   floor ns   ratio  bytes/thing")
    var things = 1_000
    while things <= most {
      let fleet = Fleet(things: things)
      let figures = fleet.measure()
      print(
        column(things, 9), column(figures.nanosecondsPerReport, 11),
        column(figures.nanosecondsPerReport / 8, 13), column(figures.floor, 10),
        column(figures.nanosecondsPerReport / figures.floor, 7, digits: 1),
        column(figures.bytesPerThing, 12))
      things *= things < 100_000 ? 10 : 3
    }
    print("")
    print("   things   close of a bucket, 5 statistical behaviors   profile change")
    for things in [10_000, 100_000] where things <= most {
      let (close, change) = Fleet.measureCloseAndChange(things: things)
      print(
        column(things, 9), column(close, 37, digits: 1), "ms", column(change, 20, digits: 1), "ms")
    }
  }

  private static func column(_ value: Int, _ width: Int) -> String {
    pad("\(value)", width)
  }

  private static func column(_ value: Double, _ width: Int, digits: Int = 0) -> String {
    let scale = digits == 0 ? 1.0 : 10.0
    let rounded = (value * scale).rounded() / scale
    return pad(digits == 0 ? "\(Int(rounded))" : "\(rounded)", width)
  }

  private static func pad(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }
}
