import CommandLanguage

extension Vocabulary {
  static let assertion = Row(
    Entry(
      .command, "assert", "fails, and so the script, if a metric's newest value does not hold",
      parameters: [
        .positional("metric", .choice(Metrics.keys), "a column of show rounds"),
        .positional("op", .choice([">=", "<=", ">", "<", "==", "!="]), "the comparison"),
        .positional("value", .number(.closed(-.infinity, .infinity)), "what to compare with"),
      ],
      examples: [
        "load digits\nquery probcover 50\ntrain linear\nassert accuracy >= 0.5",
        "load digits\nnoise sym 0.5\nquery random 20\nassert n_labeled == 20",
      ]),
    CommandImplementation(action: .compute(runAssert)))

  @Sendable private static func runAssert(_ invocation: inout Invocation) throws -> Output {
    let key = invocation.arguments.text("metric") ?? ""
    let op = invocation.arguments.text("op") ?? ""
    let value = invocation.arguments.number("value") ?? 0
    guard let known = invocation.state.metrics[key], let actual = known else {
      throw Diagnostic(
        .assertion, "\(key) has no value yet", at: invocation.bound.range,
        notes: ["it is measured by \(Metrics.source(of: key))"])
    }
    guard Metrics.holds(actual, op, value) else {
      throw Diagnostic(
        .assertion, "\(key) is \(Value(actual).text), which is not \(op) \(Value(value).text)",
        at: invocation.bound.range, label: "does not hold")
    }
    return Output(
      record: .record(
        ("metric", .string(key)), ("op", .string(op)), ("value", .double(value)),
        ("actual", .double(actual)), ("passed", .bool(true))),
      lines: ["\(key) \(op) \(Format.number(value)) holds: it is \(Format.number(actual))"])
  }
}
