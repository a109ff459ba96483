import ActiveLearning
import CommandLanguage
import Networks

/// What a filter's verdict is worth for training: the same model trained on all labels, on those kept,
/// and on the truly right ones. For evaluation; it reads the truth.
struct FilterCard {
  /// In the order of the table, with test accuracies; nil where there was nothing to train on.
  private let accuracies: [(name: String, meaning: String, samples: Int, accuracy: Double?)]
  private let model: String

  /// - Throws: `refused` where it is not known which labels are right, or there is no test split.
  init(_ verdict: ActiveLearning.Verdict, _ invocation: Invocation) throws {
    let state = invocation.state
    let known = try invocation.data().truth().known(verdict.labeled, state.observed)
    guard known.count == verdict.labeled.count else {
      throw MethodError.refused(
        reason: "a filter card needs the truth of all labels, and some are not known")
    }
    let right = known.map(\.isRight)
    let trainer = try CardTrainer(invocation)
    model = trainer.name
    let sets: [(String, String, (Int) -> Bool)] = [
      ("all", "all labels", { _ in true }),
      ("clean", "what the filter kept", { verdict.clean[$0] }),
      ("truly_clean", "the right labels", { right[$0] }),
      ("kept_noise", "the right labels and the noise it kept", { right[$0] || verdict.clean[$0] }),
      (
        "discarded_clean", "what it kept, without the noise",
        { right[$0] && verdict.clean[$0] }
      ),
    ]
    accuracies = try sets.map { name, meaning, belongs in
      let places = verdict.labeled.indices.filter(belongs)
      return (name, meaning, places.count, try trainer.accuracy(of: places))
    }
  }

  private func accuracy(_ name: String) -> Double? {
    accuracies.first { $0.name == name }?.accuracy
  }

  /// How much of the gap to the right labels is the noise that was kept, and how much the right
  /// labels that were thrown away.
  private func gap(_ name: String) -> Double? {
    guard let best = accuracy("truly_clean"), let own = accuracy(name) else { return nil }
    return best - own
  }

  var json: JSON {
    .object(
      [.init("model", .string(model))]
        + accuracies.map { .init("accuracy_" + $0.name, .optional($0.accuracy)) }
        + ["clean", "kept_noise", "discarded_clean"].map {
          .init("gap_" + $0, .optional(gap($0)))
        })
  }

  var table: Table {
    Table(
      columns: [
        .init("trained on"), .init("samples"), .init("accuracy"), .init("behind the right labels"),
      ],
      rows: accuracies.map {
        [
          .string($0.meaning), .int($0.samples), .optional($0.accuracy), .optional(gap($0.name)),
        ]
      })
  }
}

/// Trains the model of the last `train`, or a linear probe, again and again.
private struct CardTrainer {
  let name: String
  private let row: ModelImplementation
  private let arguments: Arguments
  private let invocation: Invocation

  init(_ invocation: Invocation) throws {
    self.invocation = invocation
    let data = try invocation.data()
    let command = invocation.state.model?.command ?? "train linear"
    var bound = try BoundCommand(canonical: command)
    guard let entry = bound.method,
      let row = Vocabulary.implementation(Vocabulary.models, entry.name)
    else { throw Diagnostic(.unknownName, "no model to train for the card") }
    try row.resolve(&bound.arguments, data)
    name = entry.name
    self.row = row
    arguments = bound.arguments
  }

  /// - Parameter places: in the labeled set; nil comes back where there are none.
  func accuracy(of places: [Int]) throws -> Double? {
    guard !places.isEmpty else { return nil }
    let state = invocation.state
    let data = try invocation.data()
    let context = ModelContext(
      data: data, samples: places.map { state.labeled[$0] },
      labels: places.map { state.observed[$0] }, seed: state.seed, round: state.round)
    let trained = try row.train(arguments, context)
    guard let evaluation = try trained.model.evaluation(on: data) else {
      throw MethodError.refused(reason: TestReport.nothingToTestOn)
    }
    return evaluation.accuracy
  }
}
