import ActiveLearning
import CommandLanguage

/// Mean and band of a metric against the labels bought, one curve for each arm.
///
/// An arm whose runs are not all the same but for their seeds has a curve for each way in which it
/// was run, named by what differs. Each seed counts once.
struct BandCurves {
  struct Point {
    let arm: String
    let budget: Int
    let repeats: Repeats
  }

  let points: [Point]
  let metric: String
  private(set) var notices: [String] = []
  private let by: String
  private let band: Repeats.Band

  /// - Throws: `unknown-name` for a variable of no loop, `refused` where nothing was measured.
  init(_ invocation: Invocation) throws {
    let arguments = invocation.arguments
    by = arguments.text("by") ?? "strategy"
    metric = arguments.text("metric") ?? "accuracy"
    band = arguments.text("band").flatMap(Repeats.Band.init) ?? .ci
    try Self.require(by, invocation)
    let arms = Arms(invocation.state.curves, by: by, pairing: nil)
    var points: [Point] = []
    for arm in arms.arms {
      for (name, experiment) in Self.named(arm) {
        points += try Self.points(of: experiment, metric, name: name)
        if experiment.repeated > 0 { notices.append(Self.repeats(experiment.repeated, of: name)) }
      }
    }
    self.points = points
    guard !points.isEmpty else { throw Self.unmeasured(metric, invocation) }
  }

  /// What is said where runs were made more than once under a seed.
  static func repeats(_ count: Int, of arm: String) -> String {
    "\(Format.count(count, "run")) of \(arm) under a seed that it was run under before: "
      + "each seed counts once"
  }

  private static func require(_ by: String, _ invocation: Invocation) throws {
    let loops = invocation.state.loopNames
    guard by != "strategy", !loops.contains(by) else { return }
    throw Diagnostic(
      .unknownName, "no loop variable '\(by)' among the rounds",
      at: invocation.arguments.ranges["by"],
      notes: ["loop variables: \(loops.isEmpty ? "none" : loops.joined(separator: ", "))"],
      suggestions: Spelling.nearest(by, among: loops))
  }

  private static func unmeasured(_ metric: String, _ invocation: Invocation) -> Diagnostic {
    let range = invocation.arguments.ranges["metric"] ?? invocation.bound.range
    guard !invocation.state.rounds.isEmpty else {
      return Diagnostic(
        .refused, "nothing has been queried since the last load", at: range,
        notes: ["a curve needs rounds: repeat 5 { query … 20; train … }"])
    }
    return Diagnostic(
      .refused, "no round has \(metric) yet: \(Metrics.source(of: metric)) measures it", at: range)
  }

  /// An arm's experiments, with names that tell them apart.
  private static func named(_ arm: Arms.Arm) -> [(String, Experiment)] {
    let experiments = Experiment.grouped(arm.runs)
    guard experiments.count > 1 else { return experiments.map { (arm.name, $0) } }
    return zip(Experiment.differences(of: experiments), experiments).map {
      ("\(arm.name) (\($0))", $1)
    }
  }

  private static func points(of experiment: Experiment, _ metric: String, name: String) throws
    -> [Point]
  {
    let points = experiment.runs.flatMap { $0.curve.points(metric) }
    return try Dictionary(grouping: points, by: \.budget).sorted { $0.key < $1.key }.map {
      Point(arm: name, budget: $0.key, repeats: try Repeats($0.value.map(\.value)))
    }
  }

  var arms: [String] {
    points.map(\.arm).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }

  func interval(_ point: Point) -> Interval? { point.repeats.band(band) }

  var table: Table {
    Table(
      columns: [
        .init(by), .init("labels"), .init("seeds"), .init(metric), .init("lower"), .init("upper"),
      ],
      rows: points.map { point in
        let band = interval(point)
        return [
          .string(point.arm), .int(point.budget), .int(point.repeats.count),
          .double(point.repeats.mean), .optional(band?.lower), .optional(band?.upper),
        ]
      })
  }
}
