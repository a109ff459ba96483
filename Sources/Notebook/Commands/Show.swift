import ActiveLearning
import CommandLanguage
import LinearAlgebra

extension Vocabulary {
  static let show = Row(
    Entry(
      .command, "show", "shows a part of the session as a table; changes nothing",
      parameters: [
        .positional(
          "subject",
          .choice([
            "pool", "labeled", "sample", "rounds", "curves", "coverage", "noise", "filter", "model",
            "confusion", "cells", "cell", "tree", "vars", "settings",
          ]),
          "what to show"),
        .positional(
          "number", .integer(0...Int.max), default: .absent, "of sample and cell: which one"),
        .option(
          "columns", .value, default: .absent, "names of columns, in this order: a,b,c"),
        .option(
          "by", .text, default: .absent,
          "of curves: the loop variable that tells them apart, else the strategy"),
        .option(
          "metric", .choice(Metrics.keys), default: .absent, "of curves: what they are of; accuracy"
        ),
        .option(
          "band", .choice(["ci", "sd", "se", "none"]), default: .absent,
          "of curves: around each mean; ci"),
        .option(
          "layout", .choice(["tidy", "paper"]), default: .absent,
          "of rounds: paper has a column for each round of the run under way; tidy"),
      ],
      details: """
        show rounds has one row per round since the last load, with all metrics; in a box it draws
        the main ones unless columns= names others; layout=paper is the reference's table. show
        curves has mean and band of a metric at each budget; each seed counts once, and what was run
        with other options or models is a curve of its own. show coverage has a row for each radius:
        the share of samples without a neighbour of another cluster (purity), the sizes of the
        balls, and what the labeled set covers. show confusion evaluates the model trained last; its
        table has the pairs of classes that are mixed up, the most frequent first. show sample N draws
        small images. show cell N has a cell again in full; show tree all places of the session with
        its branches, those undone hollow.
        """,
      examples: [
        "load digits\nquery probcover 20\ntrain linear\nshow rounds",
        "load digits\nquery random 5\nundo\nquery coreset 5\nshow tree\nshow cell 2",
      ]),
    CommandImplementation(validate: validateShow, action: .compute(runShow)))

  /// Options that would have no effect.
  @Sendable private static func validateShow(_ bound: BoundCommand) throws(Diagnostic) {
    let subject = bound.arguments.text("subject")
    if subject != "curves" { try bound.refuse(["by", "metric", "band"], "is for show curves") }
    let numbered = ["cell": "show cells lists all", "sample": "its position in the training split"]
    if let hint = subject.flatMap({ numbered[$0] }) {
      guard bound.arguments["number"] != nil else {
        throw Diagnostic(
          .missingArgument, "show \(bound.arguments.text("subject") ?? "") needs a number",
          at: SourceRange(bound.range.upper, bound.range.upper), label: hint)
      }
    } else {
      try bound.refuse(["number"], "is for show cell and show sample")
    }
    if subject != "rounds" { try bound.refuse(["layout"], "is for show rounds") }
  }

  @Sendable private static func runShow(_ invocation: inout Invocation) throws -> Output {
    let output: Output
    switch invocation.arguments.text("subject") {
    case "pool": output = try Showing.pool(invocation)
    case "labeled": output = try Showing.labeled(invocation)
    case "rounds": output = try Showing.rounds(invocation)
    case "curves": output = try Showing.curves(&invocation)
    case "coverage": output = try Showing.coverage(invocation)
    case "noise": output = try Showing.noise(invocation)
    case "filter": output = try Showing.filter(invocation)
    case "sample": output = try Showing.sample(invocation)
    case "model": output = try Showing.model(invocation)
    case "confusion": output = try Showing.confusion(invocation)
    case "settings": output = Showing.settings(invocation)
    case "cells": output = try Showing.cells(invocation)
    case "cell": output = try Showing.cell(invocation)
    case "tree": output = try Showing.tree(invocation)
    default: output = Showing.variables(invocation)
    }
    return try Showing.chosen(output, invocation)
  }
}

/// The tables of `show`.
enum Showing {
  /// What there is of the data, the labeled set and the annotator.
  static func pool(_ invocation: Invocation) throws -> Output {
    let record = try invocation.data().record
    let state = invocation.state
    var rows: [(String, JSON)] = [
      ("data set", .string(record.dataset)), ("training samples", .int(record.train)),
      ("test samples", .int(record.test)), ("classes", .int(record.classes)),
    ]
    if let features = record.features {
      rows += [
        ("features", .string(features.source)), ("dimensions", .int(features.dimensions)),
        ("normalization", .string(features.normalization)), ("metric", .string(features.metric)),
      ]
    }
    rows += [
      ("known delta", .optional(record.delta)), ("scale", .string(record.scale)),
      ("noise", .string(state.noise?.model ?? "none")), ("filter", .string(state.filter.text)),
      ("seed", .int(state.seed)), ("round", .int(state.round)),
      ("labeled", .int(state.labeled.count)),
      ("unlabeled", .int(record.train - state.labeled.count)),
    ]
    return Output(
      table: Table(
        columns: [.init("property"), .init("value")], rows: rows.map { [.string($0.0), $0.1] }))
  }

  /// One row per label bought, in the order of purchase; the verdict where there is one.
  static func labeled(_ invocation: Invocation) throws -> Output {
    let names = try invocation.data().classNames
    let state = invocation.state
    var clean: [Int: Bool] = [:]
    if let verdict = state.verdict {
      for (sample, flag) in zip(verdict.labeled, verdict.clean) { clean[sample] = flag }
    }
    return Output(
      table: Table(
        columns: [
          .init("position"), .init("sample"), .init("label"), .init("name"), .init("clean"),
        ],
        rows: state.labeled.indices.map { i in
          let flag = clean[state.labeled[i]].map(JSON.bool) ?? .null
          return [
            .int(i), .int(state.labeled[i]), .int(state.observed[i]),
            .string(names[state.observed[i]]), flag,
          ]
        }))
  }

  static func noise(_ invocation: Invocation) throws -> Output {
    let data = try invocation.data()
    let sheet = try invocation.answers()
    let record =
      invocation.state.noise
      ?? NoiseRecord(
        model: "none", command: "noise none", requestedRate: 0, budgetRate: 0,
        digest: Digest.sha256(ints: sheet.ints))
    let said = try NoiseReporting.output(record, sheet, data)
    let table = try NoiseReporting.table(sheet.exhausted, data)
    return Output(record: said.json, table: table, drawn: table, lines: said.lines)
  }

  /// The last judgement, one row per labeled sample; the filter alone where nothing was judged.
  static func filter(_ invocation: Invocation) throws -> Output {
    let state = invocation.state
    guard let verdict = state.verdict else {
      return Output(
        record: .record(("method", .string(state.filter.text)), ("labeled", .ints([]))),
        lines: ["filter \(state.filter.text): nothing is judged yet"])
    }
    return Output(
      table: FilterReport.table(verdict, observed: state.observed),
      lines: FilterReport.lines(verdict, nil))
  }

  static func cells(_ invocation: Invocation) throws -> Output {
    let live = Set(try invocation.session.lease.lineage().map(\.number))
    let cells = try invocation.session.lease.cells().filter { $0.number != invocation.cell }
    return Output(
      table: Table(
        columns: [
          .init("cell"), .init("input"), .init("command"), .init("status"), .init("live"),
          .init("seconds", unit: "s"),
        ],
        rows: cells.map {
          [
            .int($0.number), .int($0.input), .string($0.command), .string($0.status.rawValue),
            .bool(live.contains($0.number)), .optional($0.seconds),
          ]
        }))
  }

  /// What `set` changes, and what the cache on disk holds.
  static func settings(_ invocation: Invocation) -> Output {
    let environment = invocation.environment
    var rows: [(String, JSON)] = [
      ("threads", .int(Parallel.threads)), ("memory", .string(ByteCount.text(environment.memory))),
      ("timing", .bool(environment.timing)), ("paging", .bool(environment.paging)),
      ("editor", .optional(environment.editor?.rawValue)),
      ("graphics", .string(environment.graphics?.rawValue ?? "auto")),
      ("cache", .string(cacheLimit(environment.cache))),
    ]
    if let cache = environment.cache {
      rows += [
        ("cache folder", .string(cache.folder)),
        ("cache holds", .string(ByteCount.text(cache.size))),
      ]
    }
    return Output(
      table: Table(
        columns: [.init("setting"), .init("value")], rows: rows.map { [.string($0.0), $0.1] }))
  }

  private static func cacheLimit(_ cache: DerivedCache?) -> String {
    guard let limit = cache?.limit, limit > 0 else { return "none" }
    return ByteCount.text(limit)
  }

  static func variables(_ invocation: Invocation) -> Output {
    let rows = (invocation.state.variables + invocation.session.loop).map {
      [JSON.string($0.name), .string($0.value.text)]
    }
    return Output(table: Table(columns: [.init("name"), .init("value")], rows: rows))
  }

  /// The columns that `columns=` names, in its order.
  static func chosen(_ output: Output, _ invocation: Invocation) throws -> Output {
    guard let value = invocation.arguments["columns"], let table = output.table else {
      return output
    }
    let names = (value.list ?? [value]).map(\.plainText)
    let all = table.columns.map(\.name)
    let indices = try names.map { name in
      let sought = Spelling.normalised(name)
      // Variables may differ in case alone.
      guard
        let index = all.firstIndex(of: name)
          ?? all.firstIndex(where: { Spelling.normalised($0) == sought })
      else {
        throw Diagnostic(
          .unknownName, "no column '\(name)'", at: invocation.arguments.ranges["columns"],
          notes: ["columns: \(all.joined(separator: ", "))"],
          suggestions: Spelling.nearest(name, among: all))
      }
      return index
    }
    let chosen = table.choosing(indices.map { table.columns[$0].name })
    return Output(table: chosen, lines: output.lines)
  }
}
