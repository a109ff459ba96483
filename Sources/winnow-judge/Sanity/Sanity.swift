import ArgumentParser
import Datasets
import Foundation
import LinearAlgebra

/// Prints how well 5 nearest neighbours do on the data sets that are here, and what is expected.
struct Sanity: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "5-nearest-neighbour accuracy on pixels and principal components.",
    discussion: """
      Reads the data sets with Winnow's own readers, projects with its PCA (fitted on the training
      part only) and finds neighbours with its search; ties in a vote go to the lowest class. Exits
      with 1 where an accuracy is more than one percentage point from the expected one. Data
      directories, in order: --data, $WINNOW_DATA, ./data, $XDG_CACHE_HOME/winnow,
      /usr/share/datasets.
      """)

  @Option(name: .customLong("data"), help: "A data directory; may be given several times.")
  var directories: [String] = []

  /// How far an accuracy may be off, in percentage points.
  static let tolerance = 1.0

  func run() throws {
    let places = DataDirectories(paths: Places.data(directories))
    var isSound = true
    print("5 nearest neighbours                       %  expected  difference")
    for experiment in Experiment.all {
      do {
        let tasks = try experiment.tasks(places)
        for expectation in experiment.expectations {
          isSound = try judge(experiment, expectation, tasks) && isSound
        }
      } catch let error as FileError where error.kind == .missing {
        let ways = error.hints.isEmpty ? "" : " Get it: \(error.hints.joined(separator: "; or "))."
        print("\(experiment.title): skipped, it is not here.\(ways)")
      } catch let error as TooFew {
        print("\(experiment.title): skipped, only \(error.found) of its images are here.")
      }
    }
    if !isSound { throw ExitCode(1) }
  }

  private func judge(
    _ experiment: Experiment, _ expectation: Experiment.Expectation, _ tasks: [NeighbourTask]
  ) throws -> Bool {
    var right = 0
    var all = 0
    for task in tasks {
      right += try task.countRight(dimensions: expectation.dimensions, metric: expectation.metric)
      all += task.testLabels.count
    }
    let percent = 100 * Double(right) / Double(all)
    let difference = percent - expectation.percent
    let isSound = abs(difference) <= Self.tolerance
    let what = "\(experiment.title), \(expectation.words)"
    print(
      what.padding(toLength: 40, withPad: " ", startingAt: 0)
        + String(
          format: "%6.2f%10.2f%+12.2f  %@", percent, expectation.percent, difference,
          isSound ? "ok" : "NOT OK"))
    return isSound
  }
}

/// Where data sets are looked for if nobody says.
enum Places {
  static func data(_ named: [String]) -> [String] {
    let environment = ProcessInfo.processInfo.environment
    let listed = (environment["WINNOW_DATA"] ?? "").split(separator: ":").map(String.init)
    let cache =
      environment["XDG_CACHE_HOME"].flatMap { $0.isEmpty ? nil : $0 }
      ?? NSHomeDirectory() + "/.cache"
    return named + listed + ["data", cache + "/winnow", "/usr/share/datasets"]
  }
}
