import ActiveLearning
import CommandLanguage

/// Strategies that use what a model has learned, beyond how sure it is.
extension Vocabulary {
  static let modelStrategies: [Row<StrategyImplementation>] = [
    Row(
      Entry(
        .strategy, "badge", aliases: ["BadgeSampling"],
        "spreads over samples that would change the model's last layer much, and differently",
        parameters: [
          .option(
            "power", .integer(1...2), default: .value("2"),
            "centres are drawn by distance to this power"),
          Acquiring.parameter,
        ],
        details: """
          g(x) = (1[c = argmax p] - p_c) * z for all classes c, z what the last layer sees. The first
          centre has the largest norm; the next are drawn with probability in proportion to the
          squared distance to the nearest centre (k-means++). All classes count; others take the
          first ten, or draw by the plain distance (power=1).
          """,
        citation:
          "Ash, Zhang, Krishnamurthy, Langford, Agarwal (2020), Deep batch active learning by "
          + "diverse, uncertain gradient lower bounds, arXiv 1906.03671",
        examples: [
          "load digits\nquery random 20\ntrain linear\nquery badge 20",
          "load digits\nquery random 20\nquery badge 10 power=1",
        ]),
      StrategyImplementation(
        modelUse: .asked,
        make: { arguments, context in
          Badge(acquisition: try context.model(), power: arguments.integer("power") ?? 2)
        })),
    Row(
      Entry(
        .strategy, "direct",
        "looks for the best threshold of each class along the model's margins, and buys around it",
        parameters: [
          .option(
            "annotators", .integer(1...1_000_000), default: .value("5"),
            "labels bought at once in the search"),
          .option(
            "min_budget", .integer(1...1_000_000), default: .value("1"),
            "labels of a class's search, at least"),
          Acquiring.parameter,
        ],
        details: """
          Samples are sorted by p_c - max p for each class c. A search buys labels to find the place
          that parts class c from the others; the rest is bought left and right of it. Labels of the
          search are bought as they are chosen. LabelBench uses annotators=20 min_budget=60. With
          nothing labeled it draws at random.
          """,
        citation:
          "Nuggehalli, Zhang, Jain, Nowak (2023), DIRECT: deep active learning under imbalance "
          + "and label noise, arXiv 2312.09196",
        examples: [
          "load digits\nquery random 20\nquery direct 20",
          "load digits imbalance=exp:0.1\nquery random 20\ntrain linear\nquery direct 40 annotators=2",
        ]),
      StrategyImplementation(
        modelUse: .asked,
        make: { arguments, context in
          Direct(
            annotators: arguments.integer("annotators") ?? 5,
            minBudget: arguments.integer("min_budget") ?? 1, acquisition: try context.model())
        })),
    Row(
      Entry(
        .strategy, "dcom",
        "covers by balls at first and turns to what the model is unsure about as it learns",
        parameters: [
          Deltas.parameter, Deltas.alpha, Deltas.support,
          .option("k", .number(.above(0)), default: .value("50"), "steepness of the competence"),
          .option(
            "a", .number(.closed(0, 1)), default: .value("0.8"),
            "coverage at which the competence is one half"),
          .option(
            "max_delta", .number(.above(0)), default: .computed("1.1; 0.5 with metric=cosine"),
            "largest radius of a sample"),
          .option(
            "resolution", .number(.above(0)), default: .value("0.02"),
            "how exactly radii are searched"),
          Acquiring.parameter, randomTies,
        ],
        details: """
          Each labeled sample has a radius of its own: the largest within which the model agrees with
          its observed label often enough. Score: S * margin + (1 - S) * degree, both brought to
          0..1, S the competence (1+e^(-k(1-a))) / (1+e^(-k(c-a))) at coverage c. The reference asks
          for true labels here. With nothing labeled it is probcover.
          """,
        citation:
          "Mishal, Weinshall (2024), DCoM: active learning for all learners, arXiv 2407.01804",
        examples: [
          "load digits\nquery dcom 20\nquery dcom 20",
          "load digits\nquery random 20\ntrain linear\nquery dcom 20 delta=0.6",
        ]),
      StrategyImplementation(
        modelUse: .asked, takesDelta: true, growth: withEdges,
        resolve: { arguments, context in
          arguments.resolve("max_delta", Value(context.metric == .cosine ? 0.5 : 1.1))
        },
        make: { arguments, context in
          var radii: RadiusMemory?
          if case .radii(let memory)? = context.remembered { radii = memory }
          guard let delta = context.delta else { throw MethodError.needsDelta }
          return DCoM(
            delta: delta, k: arguments.number("k") ?? 50, a: arguments.number("a") ?? 0.8,
            maxDelta: arguments.number("max_delta") ?? 1.1,
            resolution: arguments.number("resolution") ?? 0.02, acquisition: try context.model(),
            memory: radii, graphMemory: context.memory,
            ties: tieRule(arguments))
        })),
  ]
}
