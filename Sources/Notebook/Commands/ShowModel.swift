import ActiveLearning
import CommandLanguage
import Networks

extension Showing {
  /// The model trained last: how, and on what.
  static func model(_ invocation: Invocation) throws -> Output {
    let record = try invocation.trainedModel()
    let weights = try record.weightsBlob.flatMap(invocation.session.workspace.blob)
    let rows: [(String, JSON)] = [
      ("model", .string(record.name)), ("command", .optional(record.command)),
      ("samples", .int(try invocation.ints(record.samplesBlob).count)),
      ("classes met", .int(Set(try invocation.ints(record.labelsBlob)).count)),
      ("weights", .optional(weights.map { ByteCount.text($0.count) })),
    ]
    return Output(
      table: Table(
        columns: [.init("property"), .init("value")], rows: rows.map { [.string($0.0), $0.1] }))
  }

  /// What the model trained last takes the samples of each class of the test split for.
  static func confusion(_ invocation: Invocation) throws -> Output {
    let record = try invocation.trainedModel()
    guard let evaluation = try invocation.restored(record).evaluation(on: invocation.data()) else {
      throw MethodError.refused(reason: TestReport.nothingToTestOn)
    }
    let names = try invocation.data().classNames
    let confusions = Confusions(evaluation.confusion, names)
    return Output(
      record: .record(
        ("model", .string(record.name)),
        ("evaluation", .record(("confusion", .matrix(evaluation.confusion))))),
      table: confusions.pairs, drawn: confusions.drawn,
      lines: [
        "\(record.name): accuracy \(Format.fraction(evaluation.accuracy)); "
          + "rows: true class, columns: what the model says"
      ])
  }
}

extension Invocation {
  /// - Throws: `needs-model` where none is trained.
  func trainedModel() throws -> ModelRecord {
    if let record = state.model { return record }
    throw Diagnostic(
      .needsModel, "no model is trained yet", at: bound.range,
      notes: ["train one first: train linear"])
  }
}

/// A confusion matrix as tables; rows are true classes.
private struct Confusions {
  /// Wider ones are drawn as the pairs of classes that are taken for one another most often.
  private static let drawnClasses = 12
  private static let drawnPairs = 20

  let counts: [[Int]]
  let names: [String]

  init(_ counts: [[Int]], _ names: [String]) {
    self.counts = counts
    self.names = names
  }

  /// All pairs of a class and another that it was taken for, the most frequent first.
  var pairs: Table {
    let found = counts.indices.flatMap { row in
      counts[row].indices.compactMap { column in
        row != column && counts[row][column] > 0 ? (row, column, counts[row][column]) : nil
      }
    }.sorted { ($1.2, $0.0, $0.1) < ($0.2, $1.0, $1.1) }
    return Table(
      columns: [
        .init("class"), .init("name"), .init("taken for"), .init("its name"), .init("samples"),
        .init("share"),
      ],
      rows: found.map { row, column, count in
        let all = counts[row].reduce(0, +)
        return [
          .int(row), .string(names[row]), .int(column), .string(names[column]), .int(count),
          .double(Double(count) / Double(max(1, all))),
        ]
      })
  }

  var drawn: Table {
    guard counts.count <= Self.drawnClasses else {
      let all = pairs
      return Table(columns: all.columns, rows: Array(all.rows.prefix(Self.drawnPairs)))
    }
    return Table(
      columns: [.init("class")] + names.map { .init($0) },
      rows: counts.indices.map { [.string(names[$0])] + counts[$0].map(JSON.int) })
  }
}
