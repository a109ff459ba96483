import ActiveLearning
import CommandLanguage
import LinearAlgebra

/// Strategies that can be made noise-aware by `nas=true`.
extension Vocabulary {
  static let wrappedStrategies: [Row<StrategyImplementation>] = [
    Row(
      Entry(
        .strategy, "typiclust", aliases: ["typiclust_rp"],
        "takes the most typical sample of each cluster that has fewest labels",
        parameters: [
          .option(
            "neighbours", .integer(1...10_000), default: .value("20"),
            "nearest members that typicality is measured by"),
          .option(
            "max_clusters", .integer(1...100_000), default: .value("500"), "no more clusters"),
          .option(
            "min_size", .integer(0...1_000_000), default: .value("5"),
            "clusters of no more members come last"),
          .option(
            "kmeans", .choice(["auto", "lloyd", "minibatch"]), default: .value("auto"),
            "auto: lloyd for up to 50 clusters, mini-batches above"),
          .option(
            "distance", .choice(["plain", "squared"]), default: .value("plain"),
            "squared as in the authors' code"),
        ] + nasParameters,
        details: """
          K = min(labels + budget, 500) clusters by k-means. Typicality is 1 / (mean distance to the k
          nearest unlabeled members + 1e-5), k = min(20, members / 2). Clusters with fewest labels
          come first, then the larger ones. nas=true counts only labels believed clean. scikit-activeml
          takes 5 neighbours, the sample itself among them, and skips labeled clusters.
          """,
        citation: "Hacohen, Dekel, Weinshall (2022), Active learning on a budget, arXiv 2202.02794",
        examples: [
          "load digits\nquery typiclust 20\nquery typiclust 20",
          "load digits\nnoise sym 0.5\nquery typiclust 40 nas=true filter=aum",
        ], validate: requireNAS),
      StrategyImplementation(
        noiseAwareness: .option(reported: "typiclust_nas"), resolve: resolveWrapped,
        make: { arguments, context in
          wrapped(
            TypiClust(
              budget: context.budget, neighbours: arguments.integer("neighbours") ?? 20,
              maxClusters: arguments.integer("max_clusters") ?? 500,
              minSize: arguments.integer("min_size") ?? 5,
              kmeans: arguments.text("kmeans").flatMap(KMeans.Algorithm.init) ?? .auto,
              squaredDistances: arguments.text("distance") == "squared"),
            arguments, context)
        })),
    Row(
      Entry(
        .strategy, "uherding",
        aliases: [
          Entry.Alias("uherding_margin", presets: [("measure", "margin")]),
          Entry.Alias("uherding_entropy", presets: [("measure", "entropy")]),
          Entry.Alias("uherding_conf", presets: [("measure", "confidence")]),
        ],
        "MaxHerding that covers first what the model is unsure about",
        parameters: [
          .option(
            "measure",
            .choice(["margin", "entropy", "confidence"], aliases: ["conf": "confidence"]),
            default: .value("margin"), "how unsure the model is of a sample"),
          .option(
            "sigma", insteadOf: ["delta"], .either([.choice(["adaptive"]), .number(.above(0))]),
            default: .value("adaptive"),
            "width of the kernel; adaptive: the smallest distance between two labeled samples"),
          .option(
            "temperature", .either([.choice(["auto"]), .number(.above(0))]),
            default: .value("auto"), "of the softmax; auto: by calibration on held-out labels"),
          Acquiring.parameter,
        ] + nasParameters,
        details: """
          Gain of x: the mean over all y of u(y) * max(k(x, y) - m(y), 0), u the uncertainty of y, m
          the largest k(x, y) of a labeled x, k(x, y) = exp(-(d / sigma)^2). With nothing labeled
          u = 1: maxherding. nas=true counts only labels believed clean.
          """,
        citation: "Bae, Noh, Sutherland (2025), Uncertainty herding, arXiv 2412.20644",
        examples: [
          "load digits\nquery uherding 20\ntrain linear\nquery uherding 20",
          "load digits\nnoise sym 0.2\nquery uherding 30 measure=entropy nas=true",
        ], validate: requireNAS),
      StrategyImplementation(
        noiseAwareness: .option(reported: "uherding_nas"), modelUse: .asked,
        growth: herdingGrowth, mode: herdingMode, bytes: herdingBytes, resolve: resolveWrapped,
        make: { arguments, context in
          wrapped(
            UHerding(
              measure: arguments.text("measure").flatMap(UHerding.Measure.init) ?? .margin,
              sigma: arguments.number("sigma").map { .fixed($0) } ?? .adaptive,
              temperature: arguments.number("temperature").map { .fixed($0) } ?? .auto,
              acquisition: try context.model(), memory: context.memory),
            arguments, context)
        })),
  ]

  /// What a strategy takes that is noise-aware if asked to be.
  private static let nasParameters =
    [
      Parameter.option(
        "nas", .boolean, default: .value("false"), "count only labels believed clean",
        details: """
          Noise-aware sampling, as npc is to probcover: the query buys in shares, the filter judges
          after each, and what it suspects covers nothing. Reports call it typiclust_nas,
          uherding_nas; filter=, share=, remainder= and noise_dropout= go with it.
          """)
    ] + noiseAwareParameters

  /// What goes with `nas=true` alone.
  private static let nasOptions = noiseAwareParameters.map(\.name) + ["filter"]

  @Sendable private static func requireNAS(_ arguments: Arguments) throws(Diagnostic) {
    guard !arguments.flag("nas") else { return }
    let defaults = Dictionary(
      noiseAwareParameters.map { ($0.name, $0.default) }, uniquingKeysWith: { first, _ in first })
    for name in nasOptions where arguments.isGiven(name) {
      if case .value(let text)? = defaults[name], arguments[name] == Value(canonical: text) {
        continue
      }
      throw Diagnostic(
        .refused, "\(name)= is for noise-aware sampling: add nas=true",
        at: arguments.ranges[name])
    }
  }

  @Sendable private static func resolveWrapped(
    _ arguments: inout Arguments, _ context: StrategyContext
  ) throws {
    if arguments.flag("nas") { return resolveShare(&arguments, context) }
    for name in nasOptions { arguments.drop(name) }
  }

  private static func wrapped(
    _ strategy: some CoverageStrategy, _ arguments: Arguments, _ context: StrategyContext
  ) -> any QueryStrategy {
    arguments.flag("nas") ? noiseAware(strategy, arguments, context) : strategy
  }
}
