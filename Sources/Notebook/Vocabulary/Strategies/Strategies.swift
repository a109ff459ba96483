import ActiveLearning
import CommandLanguage

extension Vocabulary {
  /// The query strategies.
  static let strategies: [Row<StrategyImplementation>] =
    basicStrategies + herdingStrategies + wrappedStrategies + uncertaintyStrategies
    + modelStrategies + [adversarialStrategy]

  private static let basicStrategies: [Row<StrategyImplementation>] = [
    Row(
      Entry(
        .strategy, "random",
        aliases: ["uniform", "passive", "RandomSampling", "QueryInstanceRandom"],
        "draws from the candidates, each equally likely",
        details: "The baseline that every comparison needs.",
        examples: ["load digits\nquery random 20", "load digits\nrepeat 3 { query random 10 }"]),
      StrategyImplementation(
        needsEmbedding: false, make: { _, _ in RandomSampling() })),
    Row(
      Entry(
        .strategy, "probcover", aliases: ["prob_cover"],
        "covers the pool greedily by balls around the labeled samples",
        parameters: Deltas.parameters + [randomTies],
        details: """
          Each pick is a candidate whose ball of radius delta holds most samples that no labeled
          sample covers yet: argmax |B(x) without the covered|, B(x) = {y : d(x, y) < delta}.
          Others test d <= delta (scikit-activeml), or build the graph on every 500 rows and drop
          the rest; here all samples of the pool are vertices and the inequality is strict.
          """,
        citation: """
          Yehuda, Dekel, Hacohen, Weinshall (2022), Active Learning Through a Covering Lens, \
          arXiv 2205.11320
          """,
        examples: [
          "load digits\nquery probcover 20",
          "load digits\nquery probcover 10 delta=0.6 ties=lowest",
        ], validate: Deltas.validate),
      StrategyImplementation(
        noiseAwareness: .none(version: "npc"), takesDelta: true, growth: withEdges,
        make: { arguments, context in try probCover(arguments, context) })),
    Row(
      Entry(
        .strategy, "npc", aliases: ["probcover_nas"],
        "ProbCover that counts only labels believed clean as coverage",
        parameters: Deltas.parameters + [randomTies] + noiseAwareParameters,
        details: """
          Alternates: a share of picks of probcover, the annotator's answers, the noise filter. A
          suspected sample covers nothing, so its region is sampled again; it is never bought twice,
          and a later judgement may clear it. With the ideal filter and share=1 a pick covers only
          if it turns out truly clean.
          """,
        citation: """
          Shafir, Hacohen, Weinshall (2025), Active Learning with a Noisy Annotator, \
          arXiv 2504.04506
          """,
        examples: [
          "load digits\nnoise sym 0.5\nquery npc 20",
          "load digits\nnoise sym 0.2\nquery npc 20 filter=ideal share=5 remainder=last",
        ], validate: Deltas.validate),
      StrategyImplementation(
        noiseAwareness: .always, takesDelta: true, growth: withEdges, resolve: resolveShare,
        make: { arguments, context in
          noiseAware(try probCover(arguments, context), arguments, context)
        })),
    Row(
      Entry(
        .strategy, "weighted_npc",
        aliases: [Entry.Alias("weighted_npc_factor", presets: [("factor", "true")])],
        "NPC that comes back to a region less eagerly where labels were suspected before",
        parameters: Deltas.parameters + [
          .option(
            "factor", .boolean, default: .value("false"),
            "discount a region once for each suspected label"), randomTies,
        ] + noiseAwareParameters,
        details: """
          A target y that r suspected samples are near to counts c (or c^r with factor) instead of 1,
          c the share of labels judged clean: score(x) = sum of the weights of the uncovered y in
          B(x). The reference keeps stale weights and cannot reach factor.
          """,
        citation: """
          Shafir, Hacohen, Weinshall (2025), Active Learning with a Noisy Annotator, \
          arXiv 2504.04506
          """,
        examples: [
          "load digits\nnoise sym 0.5\nrepeat 2 { query weighted_npc 20 }",
          "load digits\nnoise sym 0.5\nquery weighted_npc_factor 20 filter=ideal",
        ], validate: Deltas.validate),
      StrategyImplementation(
        noiseAwareness: .always, takesDelta: true, growth: withEdges, resolve: resolveShare,
        make: { arguments, context in
          guard let delta = context.delta else { throw MethodError.needsDelta }
          return noiseAware(
            WeightedProbCover(
              delta: delta, factor: arguments.flag("factor"), ties: tieRule(arguments),
              memory: context.memory, schedule: schedule(arguments, context)),
            arguments, context)
        })),
  ]

  /// Picks follow edges, of which there are as many more as there are pairs.
  @Sendable static func withEdges(_ arguments: Arguments, _ context: StrategyContext)
    -> QueryGrowth
  { .pairs }

  /// `strategy` bought in shares and judged by the filter in force.
  static func noiseAware(
    _ strategy: some CoverageStrategy, _ arguments: Arguments, _ context: StrategyContext
  ) -> NoiseAwareSampling {
    NoiseAwareSampling(
      strategy, filter: context.filter, share: arguments.integer("share"),
      remainder: arguments.text("remainder") == "last" ? .last : .first,
      dropout: arguments.flag("noise_dropout"))
  }

  static func resolveShare(_ arguments: inout Arguments, _ context: StrategyContext) {
    let share = context.filter.knowsTruth ? 1 : min(context.classes, context.budget)
    arguments.resolve("share", Value(share))
  }

  static let randomTies = Parameter.option(
    "ties", .choice(["random", "lowest"]), default: .value("random"),
    "which of several equally good candidates is taken")

  private static let share = Parameter.option(
    "share", aliases: ["b"], .integer(1...Int.max),
    default: .computed("the smaller of classes and budget; 1 with filter=ideal"),
    "labels bought between two runs of the filter")

  /// What every noise-aware strategy takes, besides `filter=`.
  static let noiseAwareParameters = [share, remainder, noiseDropout]

  private static let noiseDropout = Parameter.option(
    "noise_dropout", .boolean, default: .value("false"),
    "let some suspected samples, drawn anew for each share, cover all the same")

  private static let remainder = Parameter.option(
    "remainder", .choice(["first", "last"]), default: .value("first"),
    "which share takes what the share size leaves over")

  private static func probCover(_ arguments: Arguments, _ context: StrategyContext) throws
    -> ProbCover
  {
    guard let delta = context.delta else { throw MethodError.needsDelta }
    return ProbCover(
      delta: delta, ties: tieRule(arguments), memory: context.memory,
      schedule: schedule(arguments, context))
  }

  private static func schedule(_ arguments: Arguments, _ context: StrategyContext)
    -> DeltaSchedule
  {
    var remembered: DeltaMemory?
    if case .delta(let memory)? = context.remembered { remembered = memory }
    return Deltas.schedule(arguments, remembered: remembered)
  }
}
