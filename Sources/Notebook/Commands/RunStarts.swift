import ActiveLearning
import CommandLanguage
import WorkspaceStore

/// The commands that begin with an empty labeled set again: `reset`, `seed`, `noise`.
extension Vocabulary {
  static let reset = Row(
    Entry(
      .command, "reset", "empties the labeled set and goes back to round 0",
      details: "Data set, noise and filter stay: the same annotator is asked from the start.",
      examples: ["load digits\nquery random 20\nreset\nquery probcover 20", "load digits\nreset"]),
    CommandImplementation(
      changesState: true,
      action: .compute { invocation in
        let dropped = invocation.state.labeled.count
        invocation.effect = .reset
        invocation.settings = .inForce(invocation.state)
        return Output(
          record: .record(("round", .int(0)), ("dropped", .int(dropped))),
          lines: dropped == 0 ? ["nothing was labeled"] : [dropping(dropped)])
      }))

  static let seed = Row(
    Entry(
      .command, "seed", "sets the seed, empties the labeled set, and draws the noise anew",
      parameters: [.positional("n", .integer(0...Int.max), "the seed; 0 at the start")],
      details: """
        A draw depends on the seed, on what it is for, on the round and the share, and on nothing
        else: two strategies under one seed face the same annotator and the same initial weights.
        """,
      examples: [
        "seed 7", "load digits\nnoise sym 0.5\nfor s in 1..2 { seed $s; query random 10 }",
      ]),
    CommandImplementation(
      changesState: true,
      action: .compute { invocation in
        let seed = invocation.arguments.integer("n") ?? 0
        let dropped = invocation.state.labeled.count
        let record = try redrawn(seed: seed, &invocation)
        invocation.effect = .seeded(seed, record)
        invocation.settings = .inForce(invocation.state)
        invocation.settings.seed = seed
        if dropped > 0 { invocation.notices.append(dropping(dropped)) }
        return Output(record: .record(("seed", .int(seed))), lines: ["seed \(seed)"])
      }))

  static let noise = Row(
    Entry(
      .command, "noise", "makes the oracle: one frozen observed label per sample",
      details: """
        Set it before the first purchase. Set later it empties the labeled set, since one sample
        must never have two answers.
        """,
      examples: ["load digits\nnoise sym 0.5", "load digits\nnoise sym 0.2\nshow noise"]),
    CommandImplementation(
      method: .noise, changesState: true,
      action: .compute { invocation in
        let dropped = invocation.state.labeled.count
        let drawing = try NoiseDrawing(
          invocation.bound, seed: invocation.state.seed, data: try invocation.data(), invocation)
        invocation.bound = drawing.bound
        let record = drawing.keep(&invocation)
        invocation.effect = .noise(record)
        invocation.settings = .inForce(invocation.state)
        invocation.settings.noise = record.model
        if dropped > 0 { invocation.notices.append(dropping(dropped)) }
        return try NoiseReporting.output(record, drawing.sheet, invocation.data())
      }))

  private static func dropping(_ count: Int) -> String {
    "the labeled set of \(Format.count(count, "sample")) is empty again"
  }

  /// The noise in force under another seed; nil where there is none.
  private static func redrawn(seed: Int, _ invocation: inout Invocation) throws -> NoiseRecord? {
    guard let noise = invocation.state.noise else { return nil }
    return try NoiseDrawing(
      BoundCommand(canonical: noise.command), seed: seed, data: invocation.data(), invocation
    ).keep(&invocation)
  }
}

extension CellSettings {
  /// What holds for a run that begins now.
  static func inForce(_ state: SessionState) -> CellSettings {
    CellSettings(
      dataset: state.data?.record.dataset,
      noise: state.data == nil ? nil : state.noise?.model ?? "none", seed: state.seed)
  }
}
