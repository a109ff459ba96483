import ActiveLearning
import CommandLanguage

/// Strategies that take what a model is least sure about.
extension Vocabulary {
  static let uncertaintyStrategies: [Row<StrategyImplementation>] = [
    uncertainty(
      "uncertainty", .leastConfident,
      aliases: ["conf", "lc", "least_confident", "LeastConfidence", "confidence_sampling"],
      "takes what the model is least confident about",
      "Largest 1 - p1, where p1 is the largest probability that the model gives the sample.",
      citation: "Lewis, Gale (1994), A sequential algorithm for training text classifiers"),
    uncertainty(
      "margin", .margin,
      aliases: ["sm", "min_margin", "margin_sampling", "BreakingTies"],
      "takes what the model can hardly tell between two classes",
      "Smallest p1 - p2, the two largest probabilities.",
      citation: "Scheffer, Decomain, Wrobel (2001), Active hidden Markov models"),
    uncertainty(
      "entropy", .entropy, aliases: ["max_entropy", "PredictionEntropy", "entropy_sampling"],
      "takes what the model spreads over most classes",
      "Largest -sum p log2 p in bits, with 0 log 0 = 0; others use natural logarithms (the same order).",
      citation: "Settles (2009), Active learning literature survey"),
    Row(
      Entry(
        .strategy, "bald",
        "takes what passes with dropout disagree about most: the label would tell most of the weights",
        parameters: [passes, Acquiring.parameter, lowestTies],
        details: """
          Largest H(mean p) - mean H(p) over T passes with dropout active, with log2(p + 1e-6). The
          model must have dropout: train linear dropout=0.5; where none is trained yet, the probe
          that stands in has it. With nothing labeled it draws at random.
          """,
        citation: "Houlsby, Huszár, Ghahramani, Lengyel (2011), Bayesian active learning for "
          + "classification and preference learning, arXiv 1112.5745",
        examples: [
          "load digits\nquery random 30\nquery bald 10 passes=10",
          "load digits\nquery random 30\ntrain linear dropout=0.5\nquery bald 10",
        ]),
      StrategyImplementation(
        modelUse: .askedWithDropout,
        make: { arguments, context in try disagreement(.bald, arguments, context) })),
    Row(
      Entry(
        .strategy, "dbal",
        "takes what passes with dropout are least sure about together",
        parameters: [passes, Acquiring.parameter, lowestTies],
        details: """
          Largest H(mean p) over T passes with dropout active, with 0 log 0 = 0. The model must have
          dropout (see bald). With nothing labeled it draws at random.
          """,
        citation: "Gal, Islam, Ghahramani (2017), Deep Bayesian active learning with image data, "
          + "arXiv 1703.02910",
        examples: [
          "load digits\nquery random 30\nquery dbal 10 passes=10",
          "load digits\nquery random 30\ntrain linear dropout=0.2\nquery dbal 10",
        ]),
      StrategyImplementation(
        modelUse: .askedWithDropout,
        make: { arguments, context in try disagreement(.dbal, arguments, context) })),
    Row(
      Entry(
        .strategy, "ensemble_var_r",
        aliases: ["ensemble", "ensemble_var_R", "variation_ratio"],
        "takes what models from different initial weights disagree about",
        parameters: [
          .option("models", .integer(2...1000), default: .value("3"), "how many are trained"),
          Acquiring.parameter, randomTies,
        ],
        details: """
          Largest 1 - (votes for the most voted class) / T. The models are of the kind of the one
          trained last, on the same set. There are few distinct scores, so ties are drawn at random.
          """,
        citation: "Beluch, Genewein, Nürnberger, Köhler (2018), The power of ensembles for active "
          + "learning in image classification",
        examples: [
          "load digits\nquery random 30\nquery ensemble_var_r 10",
          "load digits\nquery random 30\ntrain linear epochs=50\nquery ensemble_var_r 10 models=5",
        ]),
      StrategyImplementation(
        modelUse: .asked,
        make: { arguments, context in
          EnsembleVariationRatio(
            models: arguments.integer("models") ?? 3, acquisition: try context.model(),
            ties: tieRule(arguments))
        })),
  ]

  private static let passes = Parameter.option(
    "passes", .integer(1...10_000), default: .value("25"), "passes with dropout active")

  private static func uncertainty(
    _ name: String, _ measure: Uncertainty.Measure, aliases: [Entry.Alias], _ summary: String,
    _ rule: String, citation: String
  ) -> Row<StrategyImplementation> {
    Row(
      Entry(
        .strategy, name, aliases: aliases, summary,
        parameters: [Acquiring.parameter, lowestTies],
        details: rule + """
           The model is the one trained last, in evaluation mode; where there is none a linear probe
          is trained on what is believed clean. Others ask one with fresh weights
          (acquisition=untrained). With nothing labeled it draws at random.
          """,
        citation: citation,
        examples: [
          "load digits\nquery random 20\ntrain linear\nquery \(name) 10",
          "load digits\nquery random 20\nquery \(name) 10 acquisition=probe",
        ]),
      StrategyImplementation(
        modelUse: .asked,
        make: { arguments, context in
          Uncertainty(
            measure: measure, acquisition: try context.model(), ties: tieRule(arguments))
        }))
  }

  private static func disagreement(
    _ rule: BayesianDisagreement.Rule, _ arguments: Arguments, _ context: StrategyContext
  ) throws -> BayesianDisagreement {
    BayesianDisagreement(
      rule: rule, passes: arguments.integer("passes") ?? 25, acquisition: try context.model(),
      ties: tieRule(arguments))
  }
}
