import ActiveLearning
import CommandLanguage

/// Answers fresh from a noise model, for a whole pool.
struct NoiseDrawing {
  /// The command with its defaults filled in.
  private(set) var bound: BoundCommand
  let sheet: AnswerSheet
  private let requestedRate: Double?
  private let budgetRate: Double
  private var notices: [String] = []

  init(_ bound: BoundCommand, seed: Int, data: DataHandle, _ invocation: Invocation) throws {
    guard let entry = bound.method,
      let row = Vocabulary.implementation(Vocabulary.noiseModels, entry.name)
    else { throw Diagnostic(.missingArgument, "noise needs a noise model", at: bound.range) }
    let context = NoiseContext(
      data: data, directories: invocation.environment.data, seed: seed)
    self.bound = bound
    var annotators = try Self.annotators(row, &self.bound.arguments, context)
    let votes = bound.arguments.integer("votes") ?? annotators.count
    let own = annotators
    for index in own.count..<max(own.count, votes) {
      annotators.append(own[index % own.count])
    }
    sheet = AnswerSheet(
      try annotators.enumerated().map { try $0.element.answers(context, annotator: $0.offset) })
    let rates = own.compactMap(\.model.requestedRate)
    requestedRate = rates.count == own.count ? rates.reduce(0, +) / Double(own.count) : nil
    budgetRate = own.map(\.budgetRate).reduce(0, +) / Double(own.count)
    let chance = Double(context.classes - 1) / Double(context.classes)
    if let rate = requestedRate, rate > chance {
      notices.append("a rate above \(Format.fixed(chance, 3)) is worse than chance")
    }
    if votes > 1 { notices.append("each sample costs \(votes) labels, one for each vote") }
  }

  /// Has the answers stored with the cell.
  func keep(_ invocation: inout Invocation) -> NoiseRecord {
    invocation.notices += notices
    let digest = invocation.keep(Digest.bytes(ints: sheet.ints), as: "labels")
    return NoiseRecord(
      model: bound.briefMethod, command: bound.withWholePaths.canonical,
      requestedRate: requestedRate, budgetRate: budgetRate, digest: digest,
      votes: sheet.annotators.count > 1 ? sheet.annotators.count : nil,
      tires: sheet.tires ? true : nil)
  }

  /// One annotator, or those of a panel.
  private static func annotators(
    _ row: NoiseImplementation, _ arguments: inout Arguments, _ context: NoiseContext
  ) throws -> [Annotator] {
    guard let members = row.members else {
      try row.resolve(&arguments, context)
      return [try Annotator(row, arguments, context)]
    }
    return try members(arguments).map { given in
      let (entry, found) = try CommandBinder.arguments(of: given, kind: .noise)
      guard let row = Vocabulary.implementation(Vocabulary.noiseModels, entry.name) else {
        throw Diagnostic(.unknownName, "no noise model '\(entry.name)'", at: given.range)
      }
      var own = found
      try row.resolve(&own, context)
      return try Annotator(row, own, context)
    }
  }
}

/// A noise model with what it may look at.
private struct Annotator {
  let model: any NoiseModel
  let budgetRate: Double
  private let row: NoiseImplementation

  init(_ row: NoiseImplementation, _ arguments: Arguments, _ context: NoiseContext) throws {
    guard try !row.needsTruth || context.data.truth().complete != nil else {
      throw MethodError.refused(reason: "the true labels of this pool are not all known")
    }
    self.row = row
    model = try row.make(arguments, context)
    budgetRate = row.budgetRate(arguments, context)
  }

  func answers(_ context: NoiseContext, annotator: Int) throws -> Answers {
    let truth = try context.data.truth()
    var random = model.stream(seed: context.seed, annotator: annotator)
    return try model.answers(
      NoiseTask(
        labels: truth.complete ?? truth.labels, classes: context.classes,
        groups: try context.data.superclasses(),
        embedding: row.needsEmbedding ? try context.data.embedding() : nil), using: &random)
  }
}
