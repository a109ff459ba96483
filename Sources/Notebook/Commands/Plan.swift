import CommandLanguage
import LinearAlgebra

extension Vocabulary {
  static let plan = Row(
    Entry(
      .command, "plan", "says what a command would cost before it runs, and what it would refuse",
      parameters: [.positional("command", .text, "the command as it would be typed")],
      details: """
        Nothing changes, and no label is looked at. Times come from running a small part of the work here
        and now, and hold as long as nobody else wants the processors. Queries, trainings of networks and
        pretraining are estimated; of a query it is said whether coverage graphs and kernels are kept
        (see set memory), in the cache, or worked out again. Memory is what comes on top of the data.
        """,
      examples: [
        "load digits subset=60\nplan pretrain simclr epochs=100",
        "load digits\nnoise sym 0.5\nplan query npc 100",
      ]),
    CommandImplementation(isLong: true, plansAnother: true, action: .compute(runPlan)))

  @Sendable private static func runPlan(_ invocation: inout Invocation) throws -> Output {
    guard let planned = invocation.bound.planned.first else {
      throw Diagnostic(.missingArgument, "plan needs a command", at: invocation.bound.range)
    }
    var inner = invocation
    inner.bound = planned
    let result = Result { try planned.row.implementation.estimate?(&inner) ?? nil }
    if case .failure(let error) = result, error is Interrupted { throw error }
    var refusal: Diagnostic?
    if case .failure(let error) = result {
      refusal = Diagnosis.diagnose(inner.explaining(error), command: inner.bound)
    }
    return PlanReport(
      command: inner.bound.canonical, estimate: try? result.get() ?? nil, refusal: refusal
    ).output
  }
}

/// What `plan` says.
private struct PlanReport {
  let command: String
  let estimate: WorkEstimate?
  let refusal: Diagnostic?

  var output: Output {
    Output(
      record: .record(
        ("command", .string(command)),
        (
          "refused",
          refusal.map {
            .record(("code", .string($0.code.rawValue)), ("message", .string($0.message)))
          } ?? .null
        ),
        ("seconds", .optional(estimate?.seconds)), ("memory", .optional(estimate?.memory)),
        ("work", .optional(estimate?.work)), ("basis", .optional(estimate?.basis))),
      lines: lines)
  }

  private var lines: [String] {
    if let refusal {
      return ["would be refused: \(refusal.message)"] + refusal.notes.map { "  " + $0 }
    }
    guard let estimate else { return ["nothing is measured beforehand of this command"] }
    return [
      "about \(Format.duration(estimate.seconds)), \(ByteCount.text(estimate.memory)) of memory",
      "  \(estimate.work)", "  \(estimate.basis)",
    ]
  }
}
