import ActiveLearning
import CommandLanguage

extension Vocabulary {
  /// The noise filters.
  static let filters: [Row<FilterImplementation>] =
    (basicFilters + geometryFilters + votingFilters + probabilityFilters).map(withMomentum)

  /// The same with `momentum=`, which every filter has that may change its mind.
  private static func withMomentum(_ row: Row<FilterImplementation>) -> Row<FilterImplementation> {
    guard !["none", "ideal"].contains(row.entry.name) else { return row }
    return Row(
      row.entry.with([momentum]),
      FilterImplementation(
        resolve: row.implementation.resolve,
        make: { arguments, context in
          let filter = try row.implementation.make(arguments, context)
          let momentum = arguments.number("momentum") ?? 0
          return momentum > 0 ? MomentumFilter(filter, momentum: momentum) : filter
        }))
  }

  private static let momentum = Parameter.option(
    "momentum", .number(.closed(0, 1)), default: .value("0"),
    "weight of earlier judgements of a sample: 0 the last alone, 1 a vote of all",
    details: """
      At the n-th judgement p (1 clean, 0 suspected) of a sample: m = momentum * (n - 1) / n, the
      record becomes r = (1 - m) * (2 p - 1) + m * r, and the label is clean if r >= 0. All
      judgements count, those inside of queries too; records belong to a filter with its options.
      In a query: filter=aum(momentum=0.5), or filter aum momentum=0.5 before it.
      """)

  private static let basicFilters: [Row<FilterImplementation>] = [
    Row(
      Entry(
        .filter, "none", aliases: ["keep_all"], "calls every label clean",
        details: "What every filter has to beat: see keep_all_f1 beside clean_f1.",
        examples: ["load digits\nquery random 20\nfilter none", "load digits\nfilter none"]),
      FilterImplementation { _, _ in KeepAll() }),
    Row(
      Entry(
        .filter, "ideal", aliases: ["oracle"],
        "is handed the truth of the labels bought so far: an upper bound, not a method",
        details: "clean exactly where the observed label is the true one.",
        examples: [
          "load digits\nnoise sym 0.5\nquery random 20\nfilter ideal",
          "load digits\nnoise sym 0.5\nquery npc 20 filter=ideal",
        ]),
      FilterImplementation { _, context in
        guard let truth = try context.truth() else {
          throw MethodError.refused(reason: "it is not known which labels of this pool are right")
        }
        return Ideal(truth: LabeledTruth(truth))
      }),
    Row(
      Entry(
        .filter, "aum", aliases: ["lowbudgetaum", "low_budget_aum"],
        "area under the margin of a linear head, against samples with a label made up",
        parameters: [
          .option(
            "preset", .choice(["original"]), default: .absent,
            "the original hyper-parameters: 150 epochs, 99th percentile"),
          .option(
            "epochs", .integer(1...100_000), default: .computed("40; 150 with preset=original"),
            "passes over the labels"),
          .option(
            "percentile", .number(.closed(0, 100)),
            default: .computed("80; 99 with preset=original"),
            "percentile of the threshold samples' margins from which on a label is clean"),
          .option(
            "lr", .number(.above(0)), default: .value("0.1"), "learning rate, constant"),
          .option("batch", .integer(1...65_536), default: .value("64"), "samples a step"),
          .option(
            "thresholds", .either([.choice(["auto"]), .integer(1...Int.max)]),
            default: .value("auto"),
            "how many unlabeled samples get the made-up class; auto: labels / classes, rounded up"),
          .option(
            "threshold_from", .choice(LowBudgetAUM.ThresholdSource.allCases.map(\.rawValue)),
            default: .value("pool"),
            "which samples get it: any unlabeled ones, neighbours of the labeled ones, or labeled "
              + "ones in two runs as in the original"),
          .option(
            "repeats", .integer(1...1000), default: .value("1"),
            "independent runs; clean is what all of them call clean"),
          scale,
        ],
        details: """
          A linear head with one class more is trained on the labeled set and on T unlabeled samples
          that get the additional class. AUM of a sample is the mean over its visits of the logit of
          its label minus the largest other logit, before each step. Clean: AUM at or above the
          given percentile of the T samples' AUM. The original trains a ResNet on all labels, with
          threshold samples taken from them (preset=original threshold_from=labeled).
          """,
        citation: """
          Shafir, Hacohen, Weinshall (2025), arXiv 2504.04506, after Pleiss, Zhang, Elenberg, \
          Weinberger (2020), arXiv 2001.10528
          """,
        examples: [
          "load digits\nnoise sym 0.5\nquery random 50\nfilter aum",
          "load digits\nnoise sym 0.2\nquery random 50\nfilter aum repeats=3 epochs=20",
        ]),
      FilterImplementation(
        resolve: { arguments in
          let isOriginal = arguments.text("preset") == "original"
          arguments.resolve("epochs", Value(isOriginal ? 150 : 40))
          arguments.resolve("percentile", Value(isOriginal ? 99 : 80))
        },
        make: { arguments, context in
          LowBudgetAUM(
            epochs: arguments.integer("epochs") ?? 40,
            percentile: arguments.number("percentile") ?? 80,
            learningRate: arguments.number("lr") ?? 0.1, batch: arguments.integer("batch") ?? 64,
            thresholds: arguments.integer("thresholds").map { .count($0) } ?? .auto,
            source: arguments.text("threshold_from").flatMap(LowBudgetAUM.ThresholdSource.init)
              ?? .pool,
            repeats: arguments.integer("repeats") ?? 1, scale: scale(arguments, context))
        })),
  ]

  /// An option of `load`, of filters and of linear models.
  static let scaleKind = Parameter.Kind.either([
    .choice(["auto", "raw", "unit"]), .number(.above(0)),
  ])

  /// What a filter sees of the features.
  static func scale(_ arguments: Arguments, _ context: FilterContext) -> FeatureScale {
    FeatureScale(arguments["scale"] ?? context.scale)
  }

  static let scale = Parameter.option(
    "scale", scaleKind, default: .computed("the data set's, else auto"),
    "mean norm of the rows: auto is 2.5, raw as loaded, unit each row, or a number")
}
