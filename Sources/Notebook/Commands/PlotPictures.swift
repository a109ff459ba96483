import ActiveLearning
import CommandLanguage
import LinearAlgebra

/// The pool in two dimensions, with what was picked and what is suspected.
enum EmbeddingPicture {
  /// Samples of the pool that are drawn at most; labeled ones are drawn all.
  private static let most = 2000

  /// - Throws: `needs-data`, `needs-embedding`; `PCAError`; `Interrupted`.
  static func figure(_ invocation: Invocation) throws -> Figure {
    let points = try invocation.embedding().points
    let state = invocation.state
    let (axes, places) = try projected(points)
    let suspects = Set(state.verdict?.suspected ?? [])
    let labeled = Set(state.labeled)
    func curve(_ name: String, _ samples: [Int], _ style: Figure.Style, _ color: String)
      -> Figure.Curve
    {
      Figure.Curve(name: name, points: samples.map { places($0) }, style: style, color: color)
    }
    let picked = state.labeled.filter { !suspects.contains($0) }
    let flagged = state.labeled.filter { suspects.contains($0) }
    let unlabeled = spread(points.count).filter { !labeled.contains($0) }
    let radius = points.metric == .l2 ? try radius(invocation) : nil
    let balls = radius.map { curve("balls", picked, .discs(radius: $0), "#56b4e9") }
    let curves = [
      balls,
      curve("unlabeled", unlabeled, .dots("."), "#999999"),
      curve("labeled", picked, .dots("o"), "#0072b2"),
      curve("suspected", flagged, .dots("x"), "#d55e00"),
    ].compactMap(\.self).filter { !$0.points.isEmpty }
    let labels = Format.count(state.labeled.count, "label")
    let delta = radius.map { ", delta \(Value($0).text)" } ?? ""
    return Figure(
      title: "\(try invocation.data().record.dataset), \(labels)\(delta)", xLabel: axes.x,
      yLabel: axes.y, curves: curves, isSquare: true)
  }

  /// That of the last query of the run, else the one known for the data set.
  private static func radius(_ invocation: Invocation) throws -> Double? {
    let last = invocation.state.queries.max { $0.key < $1.key }?.value
    return try last?.delta ?? invocation.data().record.delta
  }

  /// Indices spread evenly over the pool.
  private static func spread(_ count: Int) -> [Int] {
    guard count > most else { return Array(0..<count) }
    return (0..<most).map { $0 * count / most }
  }

  /// The rows as distances see them: normalised.
  private static func rows(_ points: PointSet) -> Matrix {
    var rows = points.matrix
    for row in 0..<rows.rows {
      for place in row * rows.columns..<(row + 1) * rows.columns {
        rows.elements[place] = Float(Double(rows.elements[place]) * points.multipliers[row])
      }
    }
    return rows
  }

  /// The names of the axes, and where each sample is. An orthogonal projection: a ball becomes a
  /// disc of the same radius.
  private static func projected(_ points: PointSet) throws -> (
    axes: (x: String, y: String), place: (Int) -> Figure.Point
  ) {
    let matrix = rows(points)
    let wanted = min(2, matrix.rows, matrix.columns)
    let pca = try PCA.fit(matrix, dimensions: wanted)
    let rows = try pca.project(matrix)
    let columns = rows.columns
    func axis(_ index: Int) -> String {
      let share =
        index < wanted && pca.totalVariance > 0
        ? pca.variances[index] / pca.totalVariance : 0
      return "component \(index + 1) (\(Format.fixed(100 * share, 0)) % of variance)"
    }
    return (
      (axis(0), axis(1)),
      { sample in
        let first = sample * columns
        return Figure.Point(
          x: Double(rows.elements[first]),
          y: columns > 1 ? Double(rows.elements[first + 1]) : 0)
      }
    )
  }
}

extension Vocabulary {
  /// How many labels have which quality: those kept and those suspected and, where it is known, those
  /// that are right and those that are wrong.
  static func filterFigure(_ invocation: Invocation) throws -> Figure {
    guard let verdict = invocation.state.verdict else {
      throw Diagnostic(
        .refused, "nothing is judged yet", at: invocation.bound.range,
        notes: ["judge the labeled set first: filter aum"])
    }
    let state = invocation.state
    let answers = Dictionary(uniqueKeysWithValues: zip(state.labeled, state.observed))
    let truth = try invocation.data().truth()
    let right = verdict.labeled.map { sample in
      answers[sample].flatMap { truth.isRight($0, for: sample) }
    }
    func curve(
      _ name: String, _ color: String, isEvaluation: Bool = false, _ belongs: (Int) -> Bool
    ) -> Figure.Curve {
      let chosen = verdict.quality.indices.filter(belongs).map { verdict.quality[$0] }
      return Figure.Curve(
        name: name, points: histogram(chosen), style: .steps, isEvaluation: isEvaluation,
        color: color)
    }
    var curves = [
      curve("kept", "#56b4e9") { verdict.clean[$0] },
      curve("suspected", "#e69f00") { !verdict.clean[$0] },
    ]
    if right.contains(where: { $0 != nil }) {
      curves.append(
        curve("right (evaluation)", "#0072b2", isEvaluation: true) { right[$0] == true })
      curves.append(
        curve("wrong (evaluation)", "#d55e00", isEvaluation: true) { right[$0] == false })
    }
    let threshold = verdict.threshold.map { ", clean from \(Format.fraction($0))" } ?? ""
    return Figure(
      title:
        "filter \(verdict.filter), \(Format.count(verdict.labeled.count, "label"))\(threshold)",
      xLabel: "quality", yLabel: "labels", curves: curves)
  }

  /// Counts at the nearest of twenty places spread evenly over [0, 1].
  private static func histogram(_ values: [Double]) -> [Figure.Point] {
    let bins = 20
    var counts = [Int](repeating: 0, count: bins)
    for value in values where value.isFinite {
      counts[Int(min(max(value, 0), 1) * Double(bins - 1) + 0.5)] += 1
    }
    return counts.indices.map {
      Figure.Point(x: Double($0) / Double(bins - 1), y: Double(counts[$0]))
    }
  }

  /// - Throws: `refused` where the truth is not known.
  static func noiseMap(_ invocation: Invocation) throws -> HeatMap {
    let data = try invocation.data()
    guard let report = try NoiseReporting.report(try invocation.answers().exhausted, data),
      report.perClass.contains(where: { $0 != nil })
    else {
      throw MethodError.refused(
        reason: "it is not known which class is true where labels are wrong")
    }
    let model = invocation.state.noise?.model ?? "none"
    return HeatMap(
      title: "noise \(model), realised \(Format.fraction(report.realisedRate)) (evaluation)",
      names: data.classNames, shares: report.matrix)
  }
}
