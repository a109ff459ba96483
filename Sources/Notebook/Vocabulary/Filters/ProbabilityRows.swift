import ActiveLearning
import CommandLanguage

/// Filters that compare labels with the probabilities of models that have not seen them, or hardly.
extension Vocabulary {
  static let probabilityFilters: [Row<FilterImplementation>] = [
    Row(
      Entry(
        .filter, "cv", aliases: ["crossvalidation", "cross_validation"],
        "suspects a label that most models of a cross-validation do not predict",
        parameters: [
          .option("folds", .integer(2...1_000_000), default: .value("3"), "parts, one model each"),
          .option(
            "train_on", .choice(["fold", "complement"]), default: .value("fold"),
            "a model learns from one part, as the reference does, or from all the others"),
          .option(
            "votes", .choice(["all", "heldout"]), default: .value("all"),
            "ask every model about every sample, or (complement) the one that has not seen it"),
          scale,
        ],
        details: """
          Logistic regression on each part. Suspected where fewer than half of the models predict
          the label; quality is their share. Textbooks train on the complement: with all votes that
          memorises, and keeps nearly everything while labels are few.
          """,
        citation: "Shafir, Hacohen, Weinshall (2025), arXiv 2504.04506",
        examples: [
          "load digits\nnoise sym 0.5\nquery random 100\nfilter cv",
          "load digits\nnoise sym 0.5\nquery random 50\nfilter cv train_on=complement votes=heldout",
        ], validate: requireComplement),
      FilterImplementation { arguments, context in
        CrossValidation(
          folds: arguments.integer("folds") ?? 3,
          trainOn: arguments.text("train_on") == "complement" ? .complement : .fold,
          votes: arguments.text("votes") == "heldout" ? .heldout : .all,
          scale: scale(arguments, context))
      }),
    Row(
      Entry(
        .filter, "cl",
        aliases: [Entry.Alias("cleanlab")]
          + LabelIssues.Rule.allCases.map { rule in
            Entry.Alias(rule.rawValue, presets: [("filter_by", rule.rawValue)])
          },
        "confident learning: prunes by the estimated joint of given and true labels",
        parameters: [
          .option(
            "filter_by", .choice(LabelIssues.Rule.allCases.map(\.rawValue)),
            default: .value(LabelIssues.Rule.pruneByNoiseRate.rawValue), "which labels are flagged"),
          .option(
            "rank_by", .choice(LabelIssues.Ranking.allCases.map(\.rawValue)),
            default: .value(LabelIssues.Ranking.selfConfidence.rawValue), "what quality is"),
          .option("folds", .integer(2...1_000_000), default: .value("5"), "stratified parts"),
          .option(
            "probs", .choice(["folds", "model"]), default: .value("folds"),
            "whose probabilities: of logistic regressions that have not seen the sample, or of the "
              + "model trained last, which has"),
          .option(
            "frac_noise", .number(.closed(0, 1)), default: .value("1"),
            "the share of the estimated wrong labels that is flagged"),
          .option(
            "min_examples", .integer(0...1_000_000_000), default: .value("1"),
            "labels that a class keeps"),
          scale,
        ],
        details: """
          Out-of-sample probabilities by logistic regression; a sample counts for the classes whose
          mean self-confidence it reaches. On the same probabilities the seven rules differ by up to
          1.9 times in what they flag; the definitions are those of cleanlab 2.9. A judgement with
          probs=model stands until a label is added or changed, also when a model is trained after
          it: filter again to ask that one.
          """,
        citation: "Northcutt, Jiang, Chuang (2021), Confident learning, arXiv 1911.00068",
        examples: [
          "load digits\nnoise sym 0.2\nquery random 100\nfilter cl",
          "load digits\nnoise sym 0.2\nquery random 100\nfilter both rank_by=normalized_margin",
        ]),
      FilterImplementation { arguments, context in
        ConfidentLearning(
          folds: arguments.integer("folds") ?? 5,
          rule: arguments.text("filter_by").flatMap(LabelIssues.Rule.init) ?? .pruneByNoiseRate,
          ranking: arguments.text("rank_by").flatMap(LabelIssues.Ranking.init) ?? .selfConfidence,
          fracNoise: arguments.number("frac_noise") ?? 1,
          minExamples: arguments.integer("min_examples") ?? 1,
          scale: scale(arguments, context),
          model: arguments.text("probs") == "model" ? try trained(context, arguments) : nil)
      }),
  ]

  @Sendable private static func requireComplement(_ arguments: Arguments) throws(Diagnostic) {
    guard arguments.text("votes") == "heldout", arguments.text("train_on") != "complement" else {
      return
    }
    throw Diagnostic(
      .refused, "votes=heldout needs train_on=complement", at: arguments.ranges["votes"],
      notes: ["trained on one fold alone, all models but one have not seen the sample"])
  }

  private static func trained(_ context: FilterContext, _ arguments: Arguments) throws
    -> any AcquisitionModel
  {
    if let model = try context.model() { return model }
    throw Diagnostic(
      .needsModel, "no model with probabilities is trained yet", at: arguments.ranges["probs"],
      label: "probs=model asks the model of the last train",
      notes: ["train one first: train linear"])
  }
}
