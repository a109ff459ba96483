import ActiveLearning
import CommandLanguage
import WorkspaceStore

extension Vocabulary {
  static let label = Row(
    Entry(
      .command, "label", "gives a sample a person's label instead of the oracle's",
      parameters: [
        .positional("id", .integer(0...Int.max), "the sample, a position in the training split"),
        .positional("class", .value, "its class, by number or name"),
      ],
      details: """
        A labeled sample gets the new label in its old place, an unlabeled one joins the labeled set
        in the round that is under way. Either is a row of the ledger, from a person; no filter has
        judged the new label. A sample labeled by a person costs one label of the budget, whatever
        votes= the oracle has; one put right costs nothing more. Where classes are named by numbers
        the class is its name, else its number from 0 or its name.
        """,
      examples: [
        "load digits\nlabel 17 3",
        "load digits\nnoise sym 0.5\nquery random 30\nlabel 3 5\nlabel 3 6\nshow labeled",
      ]),
    CommandImplementation(changesState: true, action: .compute(runLabel)))

  @Sendable private static func runLabel(_ invocation: inout Invocation) throws -> Output {
    let data = try invocation.data()
    let sample = try invocation.sample("id")
    let classes = ClassNames(names: data.classNames)
    let label = try classes.index(
      of: invocation.arguments["class"] ?? .word(""), at: invocation.arguments.ranges["class"])
    invocation.bound.arguments.replace("class", classes.value(of: label))
    let state = invocation.state
    let before = state.labeled.firstIndex(of: sample).map { state.observed[$0] }
    invocation.effect = .annotated(AnnotationRecord(sample: sample, label: label))
    invocation.purchases = [
      WorkspaceStore.Purchase(
        sample: sample, label: label, source: "person", round: state.round, share: 0)
    ]
    try measure(sample, label, &invocation)
    let name = data.classNames[label]
    return Output(
      record: .record(
        ("sample", .int(sample)), ("label", .int(label)), ("was", .optional(before))),
      lines: [
        "sample \(sample): label \(label)" + (name == "\(label)" ? "" : " (\(name))")
          + (before.map { ", was \($0)" } ?? "")
      ])
  }

  /// The labeled set with this label in it, measured as a query measures it.
  private static func measure(_ sample: Int, _ label: Int, _ invocation: inout Invocation) throws {
    var (labeled, observed) = (invocation.state.labeled, invocation.state.observed)
    if let place = labeled.firstIndex(of: sample) {
      observed[place] = label
    } else {
      labeled.append(sample)
      observed.append(label)
    }
    let data = try invocation.data()
    let pool = try Pool(
      count: data.record.train, embedding: data.embedding(), classes: data.record.classes,
      labeled: labeled, observed: observed, verdict: invocation.state.verdict?.without(sample))
    let newest = invocation.state.queries.max { $0.key < $1.key }?.value
    let report = try LabeledSetReport(pool, delta: newest?.delta, invocation)
    invocation.note(report.metrics)
  }
}

extension Invocation {
  /// The sample of the pool that an argument names.
  /// - Throws: `needs-data`, `range`.
  func sample(_ name: String) throws -> Int {
    let count = try data().record.train
    let sample = arguments.integer(name) ?? 0
    guard sample < count else {
      throw Diagnostic(
        .range, "samples are 0 to \(count - 1), not \(sample)", at: arguments.ranges[name])
    }
    return sample
  }
}
