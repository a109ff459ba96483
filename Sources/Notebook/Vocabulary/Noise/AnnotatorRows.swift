import ActiveLearning
import CommandLanguage

/// Annotators as one meets them: worse at some classes, experts of a few, growing tired, or several of
/// them voting.
extension Vocabulary {
  static let annotators: [Row<NoiseImplementation>] = [
    Row(
      Entry(
        .noise, "biased", "an annotator with a rate of mistakes for each class",
        parameters: [
          .positional(
            "rates", .either([.number(.closed(0, 1)), .numbers(.closed(0, 1))]),
            "share of wrong labels: one for all classes, or one for each: 0.1,0.6,0,…")
        ],
        details: """
          In class c exactly floor(rate_c * n_c) samples get a label that is uniform over the others.
          """,
        citation: "Natarajan, Dhillon, Ravikumar, Tewari (2013), Learning with noisy labels",
        examples: [
          "load blobs classes=3\nnoise biased 0,0.2,0.6\nshow noise",
          "load digits\nnoise biased 0.3 votes=3\nquery random 30",
        ]),
      NoiseImplementation(
        budgetRate: { arguments, context in
          let rates = AnnotatorOptions.rates(arguments, context.classes)
          return rates.isEmpty ? 0 : rates.reduce(0, +) / Double(rates.count)
        },
        make: { arguments, context in
          BiasedNoise(rates: AnnotatorOptions.rates(arguments, context.classes))
        })),
    Row(
      Entry(
        .noise, "expert", "an annotator who knows some classes and guesses about the others",
        parameters: [
          .positional("classes", .value, "the classes that are known, by number or name: 0,1,7")
        ],
        details: """
          A guess is uniform over all C classes, so that one in C is right by luck. requested_rate is
          what that makes where classes are of a size.
          """,
        citation: "Donmez, Carbonell (2008), Proactive learning",
        examples: [
          "load digits\nnoise expert 0,1,2,3,4,5,6\nshow noise",
          "load blobs classes=3\nnoise expert 2\nquery random 20",
        ]),
      NoiseImplementation(
        budgetRate: { arguments, context in
          let known = (try? AnnotatorOptions.classes(arguments, context)) ?? []
          return ExpertNoise(known: known, classes: context.classes).requestedRate ?? 0
        },
        make: { arguments, context in
          ExpertNoise(
            known: try AnnotatorOptions.classes(arguments, context), classes: context.classes)
        })),
    Row(
      Entry(
        .noise, "fatigued", "an annotator who makes more mistakes the more is asked",
        parameters: [
          .positional("start", .number(.closed(0, 1)), "rate at the first answer"),
          .positional("end", .number(.closed(0, 1)), "rate in the end; at least that of the start"),
          .positional(
            "purchases", .integer(1...Int.max), default: .value("100"),
            "answers over which the rate grows linearly"),
        ],
        details: """
          Each sample has one frozen uniform number and is answered wrongly if that lies below the
          rate at its place in the order of purchase: an answer never changes afterwards. Reports
          are of the labels in the end; spc= counts with that rate.
          """,
        examples: [
          "load digits\nnoise fatigued 0.1 0.6 200\nrepeat 3 { query random 60 }",
          "load digits\nnoise fatigued 0 0.5\nshow noise",
        ], validate: AnnotatorOptions.requireGrowth),
      NoiseImplementation(
        budgetRate: { arguments, _ in arguments.number("end") ?? 0 },
        make: { arguments, _ in
          FatiguedNoise(
            start: arguments.number("start") ?? 0, end: arguments.number("end") ?? 0,
            purchases: arguments.integer("purchases") ?? 100)
        })),
    Row(
      Entry(
        .noise, "panel", "several annotators of different kinds, who vote",
        parameters: [
          .positional(
            "annotators", .methods(.noise),
            "who is asked: [sym(rate=0.3), expert(classes=2)]")
        ],
        details: """
          The label is what most of them say; where they are divided the largest group that was
          heard first decides. Each vote costs one label of the budget. With more votes= than
          annotators they are asked in turn, each with fresh answers.
          """,
        examples: [
          "load digits\nnoise panel [sym(rate=0.3), expert(classes=[0, 1, 2])] votes=3",
          "load digits\nnoise panel [biased(rates=0.4), fatigued(start=0, end=0.5), sym(rate=0.2)]",
        ], validate: AnnotatorOptions.requireSingles),
      NoiseImplementation(
        needsTruth: false, budgetRate: { _, _ in 0 },
        make: { _, _ in NoNoise() },
        members: { $0.elements("annotators") })),
  ]

  /// An option of every model that draws.
  static let votes = Parameter.option(
    "votes", .integer(1...99), default: .absent,
    "annotators alike who are asked about each sample; the majority counts, each vote costs a label",
    details: """
      Each annotator answers on its own. Where they are divided the largest group that was heard
      first decides. Budgets, spc= and the labels of curves count votes; a label that a person gives
      (label ID CLASS) is one. A panel takes it for the whole panel, not for one of its members.
      """)
}

/// Options that name classes or say something about each of them.
enum AnnotatorOptions {
  static func rates(_ arguments: Arguments, _ classes: Int) -> [Double] {
    let value = arguments["rates"]
    if let rate = value?.number { return [Double](repeating: rate, count: classes) }
    return (value?.list ?? []).compactMap(\.number)
  }

  static func classes(_ arguments: Arguments, _ context: NoiseContext) throws -> [Int] {
    let names = ClassNames(names: context.data.classNames)
    return try arguments.elements("classes").map { try names.index(of: $0.value, at: $0.range) }
  }

  /// - Throws: `range` where the rate would fall: rest is not what this model is about.
  @Sendable static func requireGrowth(_ arguments: Arguments) throws(Diagnostic) {
    guard let start = arguments.number("start"), let end = arguments.number("end"), end < start
    else { return }
    throw Diagnostic(
      .range, "end must be from \(Value(start).text) to 1: the rate grows, not \(Value(end).text)",
      at: arguments.ranges["end"])
  }

  /// - Throws: `refused` for members that are panels themselves or vote, `range` for fewer votes than
  ///   members.
  @Sendable static func requireSingles(_ arguments: Arguments) throws(Diagnostic) {
    let members = arguments.elements("annotators")
    for member in members {
      let (entry, own) = try CommandBinder.arguments(of: member, kind: .noise)
      guard Vocabulary.implementation(Vocabulary.noiseModels, entry.name)?.members == nil else {
        throw Diagnostic(.refused, "a panel is made of single annotators", at: member.range)
      }
      guard !own.isGiven("votes") else {
        throw Diagnostic(
          .refused, "a member of a panel has one vote", at: member.range,
          label: "votes= belongs behind the panel", notes: ["noise panel […] votes=5"])
      }
    }
    guard let votes = arguments.integer("votes"), votes < members.count else { return }
    throw Diagnostic(
      .range, "\(votes) votes are fewer than the \(members.count) annotators",
      at: arguments.ranges["votes"], label: "at least \(members.count)")
  }
}
