import ActiveLearning
import CommandLanguage

extension Vocabulary {
  static let plot = Row(
    Entry(
      .command, "plot", "draws a picture, in the terminal or to a file",
      parameters: [
        .positional(
          "subject", .choice(["accuracy", "coverage", "embedding", "noise", "filter"]),
          "what to draw"),
        .option(
          "by", .text, default: .absent,
          "of accuracy: the loop variable that tells curves apart, else the strategy"),
        .option(
          "metric", .choice(Metrics.keys), default: .absent, "of accuracy: another metric"),
        .option(
          "band", .choice(["ci", "sd", "se", "none"]), default: .absent,
          "of accuracy: around each mean, in files; ci"),
        .option("file", .picture, default: .absent, "where to, by its ending"),
      ],
      details: """
        accuracy: the mean over seeds at each budget, as show curves lists it. coverage: for each
        radius the purity of the balls, the mean degree as a share of the pool, and what the labeled
        set covers, as show coverage lists it. embedding: the pool along the two directions in which it
        varies most, with the labeled samples, those the last judgement suspects and, in files, the
        balls of the radius in force; of a large pool 2,000 samples spread evenly. noise: where labels
        of each true class went. filter: how many labels the last judgement gave each quality and, in
        files, how many of them are right. What is drawn with true labels says evaluation. In the
        terminal it is pixels where the terminal says that it knows them (set graphics), else braille
        characters, eight dots each, ASCII where the locale is not UTF-8; .svg, .pdf and .png are drawn
        by gnuplot, and one session gives the same bytes at every run.
        """,
      citation: "Williams, Kelley et al., gnuplot",
      examples: [
        """
        load digits
        noise sym 0.3
        query npc 30
        plot coverage
        plot embedding file=embedding.svg
        plot noise
        plot filter
        """,
        """
        load digits
        for q in random probcover { reset; repeat 2 { query $q 10; train 1nn } }
        plot accuracy by=q file=accuracy.svg
        """,
      ]),
    CommandImplementation(validate: validatePlot, action: .compute(runPlot)))

  /// Options that would have no effect.
  @Sendable private static func validatePlot(_ bound: BoundCommand) throws(Diagnostic) {
    guard bound.arguments.text("subject") != "accuracy" else { return }
    try bound.refuse(["by", "metric", "band"], "is for plot accuracy")
  }

  @Sendable private static func runPlot(_ invocation: inout Invocation) throws -> Output {
    let range = invocation.arguments.ranges["file"]
    let path = invocation.arguments.text("file")
    let picture: any Picture =
      invocation.arguments.text("subject") == "noise"
      ? try noiseMap(invocation) : try figure(&invocation)
    guard let path else { return try shown(picture, &invocation) }
    try picture.write(to: path, at: range)
    return Output(record: picture.record(file: path), lines: ["\(picture.contents) in \(path)"])
  }

  private static func shown(_ picture: any Picture, _ invocation: inout Invocation) throws -> Output
  {
    let environment = invocation.environment
    var graphic: String?
    if let ask = environment.terminalGraphics {
      switch try picture.shown(by: environment.graphics ?? ask()) {
      case .drawn(let bytes): graphic = String(decoding: bytes, as: UTF8.self)
      // Nobody asked for it.
      case .missing where environment.graphics == nil: break
      case .missing(let reason): invocation.notices.append(reason)
      case nil: break
      }
    }
    let columns = min(max(environment.columns, 41), 121) - 1
    return Output(
      record: picture.record(file: nil), lines: [],
      picture: picture.drawn(columns: columns, with: environment.glyphs), graphic: graphic)
  }

  private static func figure(_ invocation: inout Invocation) throws -> Figure {
    switch invocation.arguments.text("subject") {
    case "coverage": try coverageFigure(invocation)
    case "embedding": try EmbeddingPicture.figure(invocation)
    case "filter": try filterFigure(invocation)
    default: try curvesFigure(&invocation)
    }
  }

  private static func coverageFigure(_ invocation: Invocation) throws -> Figure {
    let rows = try Showing.coverageCurve(invocation).rows
    let count = Double(try invocation.data().record.train)
    func curve(_ name: String, _ value: (CoverageCurve.Row) -> Double?) -> Figure.Curve {
      Figure.Curve(
        name: name,
        points: rows.compactMap { row in value(row).map { Figure.Point(x: row.delta, y: $0) } })
    }
    var curves = [
      curve("purity") { $0.purity }, curve("mean degree / N") { $0.degrees.mean / count },
    ]
    if !invocation.state.labeled.isEmpty {
      curves.append(curve("coverage") { $0.coverage[0] })
      curves.append(curve("presumed coverage") { $0.coverage[1] })
      if rows.first?.coverage.count == 3 {
        var clean = curve("clean coverage (evaluation)") { $0.coverage[2] }
        clean.isEvaluation = true
        curves.append(clean)
      }
    }
    let labels = Format.count(invocation.state.labeled.count, "label")
    return Figure(
      title: "\(try invocation.data().record.dataset), \(labels)", xLabel: "delta",
      yLabel: "share", curves: curves)
  }

  private static func curvesFigure(_ invocation: inout Invocation) throws -> Figure {
    let bands = try BandCurves(invocation)
    invocation.notices += bands.notices
    let seeds = Set(bands.points.map(\.repeats.count)).sorted()
    let counted = Format.count(seeds.last ?? 0, "seed")
    return Figure(
      title: "\(bands.metric), \(seeds.count == 1 ? counted : "up to " + counted)",
      xLabel: "labels",
      yLabel: bands.metric,
      curves: bands.arms.map { arm in
        Figure.Curve(
          name: arm,
          points: bands.points.filter { $0.arm == arm }.map { point in
            let band = bands.interval(point)
            return Figure.Point(
              x: Double(point.budget), y: point.repeats.mean, lower: band?.lower,
              upper: band?.upper)
          })
      })
  }
}
