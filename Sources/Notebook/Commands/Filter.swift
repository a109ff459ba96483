import ActiveLearning
import CommandLanguage
import WorkspaceStore

extension Vocabulary {
  static let filter = Row(
    Entry(
      .command, "filter", "makes a method the session's filter, and judges the labeled set",
      parameters: [
        .option(
          "card", .boolean, default: .value("false"),
          "train on all labels, on those kept, and on the right ones, and compare",
          details: """
            Test accuracy of the same model (the one trained last, else a linear probe) trained on all
            labels, on what the filter kept, and on the right labels alone; the gap to the last is
            split into noise that was kept and right labels that were thrown away. It needs the truth
            of all labels, and a test split.
            """)
      ],
      details: """
        On an empty labeled set it only makes it the filter. Noise-aware strategies and train
        on=clean use its verdicts. clean_f1 is worth something only above keep_all_f1, the F1 of
        filtering nothing.
        """,
      examples: [
        "load digits\nnoise sym 0.5\nquery random 50\nfilter aum",
        "load digits\nfilter ideal\nquery npc 20",
      ]),
    CommandImplementation(
      method: .filter, changesState: true, isLong: true, action: .compute(runFilter)))

  @Sendable private static func runFilter(_ invocation: inout Invocation) throws -> Output {
    guard let value = invocation.bound.methodValue else {
      throw Diagnostic(
        .missingArgument, "filter needs a noise filter", at: invocation.bound.range)
    }
    let data = try invocation.data()
    invocation.bound.arguments.resolve("scale", Value(canonical: data.record.scale))
    if let entry = invocation.bound.method {
      implementation(filters, entry.name)?.resolve(&invocation.bound.arguments)
    }
    let filter = try invocation.filter(value)
    guard !invocation.state.labeled.isEmpty else {
      invocation.effect = .filtered(value.text, nil)
      return FilterReport.unused(filter)
    }
    let pool = try invocation.pool()
    var random = filter.stream(seed: invocation.state.seed, labeled: pool.labeled.count)
    let verdict = try filter.judge(pool, using: &random)
    invocation.verdict = verdict
    invocation.notices += verdict.notices
    invocation.effect = .filtered(value.text, try invocation.keep(verdict))
    invocation.settings.filter = verdict.filter
    let measured = try invocation.measure(verdict, observed: pool.observed)
    let card = invocation.arguments.flag("card") ? try FilterCard(verdict, invocation) : nil
    return FilterReport.output(verdict, measured, card)
  }
}

/// What `filter` and `show filter` say about a judgement.
enum FilterReport {
  /// Made the session's filter, with nothing to judge yet.
  static func unused(_ filter: any NoiseFilter) -> Output {
    let empty = ActiveLearning.Verdict(
      filter: filter.name, options: filter.options, labeled: [], clean: [], quality: [],
      scores: [], threshold: nil)
    return Output(
      record: record(empty, nil),
      lines: ["filter \(filter.name), from the next query on: nothing is labeled yet"])
  }

  static func output(
    _ verdict: ActiveLearning.Verdict, _ measured: FilterMetrics?, _ card: FilterCard? = nil
  ) -> Output {
    Output(
      record: record(verdict, measured, card), table: nil, drawn: card?.table,
      lines: lines(verdict, measured))
  }

  /// One row per labeled sample.
  static func table(_ verdict: ActiveLearning.Verdict, observed: [Int]) -> Table {
    Table(
      columns: [
        .init("sample"), .init("label"), .init("clean"), .init("quality"), .init("score"),
      ],
      rows: verdict.labeled.indices.map { i in
        [
          .int(verdict.labeled[i]), .int(observed[i]), .bool(verdict.clean[i]),
          .double(verdict.quality[i]), .optional(verdict.scores[i]),
        ]
      })
  }

  static func lines(_ verdict: ActiveLearning.Verdict, _ measured: FilterMetrics?) -> [String] {
    let suspected = verdict.clean.count { !$0 }
    var lines = [
      "filter \(verdict.filter): \(Format.count(verdict.clean.count - suspected, "label")) "
        + "clean, \(Format.grouped(suspected)) suspected"
    ]
    if let measured {
      lines.append(
        "  evaluation: clean F1 \(Format.fraction(measured.cleanF1)) "
          + "(keep-all \(Format.fraction(measured.keepAllF1))), "
          + "precision \(Format.fraction(measured.cleanPrecision)), "
          + "recall \(Format.fraction(measured.cleanRecall))")
    }
    return lines
  }

  private static func record(
    _ verdict: ActiveLearning.Verdict, _ measured: FilterMetrics?, _ card: FilterCard? = nil
  ) -> JSON {
    let scores = measured.map {
      Dictionary(Metrics.pairs($0), uniquingKeysWith: { first, _ in first })
    }
    return .record(
      ("method", .string(verdict.filter)), ("labeled", .ints(verdict.labeled)),
      ("clean", .bools(verdict.clean)), ("quality", .doubles(verdict.quality.map { $0 })),
      ("scores", .doubles(verdict.scores)), ("threshold", .optional(verdict.threshold)),
      (
        "evaluation",
        .object(
          Metrics.filter.map { .init($0, .optional(scores?[$0] ?? nil)) }
            + (card.map { [.init("card", $0.json)] } ?? []))
      ))
  }
}
