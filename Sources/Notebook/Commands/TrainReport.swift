import CommandLanguage
import Networks

/// What `train` says.
struct TrainReport {
  let model: String
  let set: TrainingSet
  /// Nil for models that are not trained in epochs.
  let epochs: Int?
  let batch: Int?
  let losses: [Double]
  let evaluation: Evaluation?

  var output: Output {
    Output(
      record: .record(
        ("model", .string(model)), ("on", .string(set.on)), ("samples", .int(set.samples.count)),
        ("clean", .int(set.clean)), ("suspected", .int(set.suspected)),
        ("unjudged", .int(set.unjudged)), ("epochs", .optional(epochs)),
        ("batch", .optional(batch)), ("train_loss", .doubles(losses.map { $0 })),
        (
          "evaluation",
          .record(
            ("accuracy", .optional(evaluation?.accuracy)),
            ("loss", .optional(evaluation?.loss ?? nil)))
        )),
      lines: lines)
  }

  private var lines: [String] {
    var judged = [
      "\(Format.grouped(set.clean)) clean", "\(Format.grouped(set.suspected)) suspected",
    ]
    if set.unjudged > 0 { judged.append("\(Format.grouped(set.unjudged)) not judged yet") }
    let on = "\(model) on \(Format.count(set.samples.count, "sample")) (\(set.on): "
    var lines = [on + judged.joined(separator: ", ") + ")"]
    if let evaluation {
      var said = "  evaluation: accuracy \(Format.fraction(evaluation.accuracy))"
      if let loss = evaluation.loss { said += ", loss \(Format.number(loss))" }
      lines.append(said)
    }
    return lines
  }
}

/// What `test` says.
enum TestReport {
  static let nothingToTestOn = "there is no test split to evaluate this model on"

  static func output(
    _ model: String, _ evaluation: Evaluation, names: [String], perClass: Bool
  ) throws -> Output {
    var line = "\(model): accuracy \(Format.fraction(evaluation.accuracy))"
    if let loss = evaluation.loss { line += ", loss \(Format.number(loss))" }
    let table = table(evaluation, names)
    return Output(
      record: .record(
        ("model", .string(model)),
        (
          "evaluation",
          .record(
            ("accuracy", .double(evaluation.accuracy)), ("loss", .optional(evaluation.loss)),
            ("per_class", .doubles(evaluation.perClass)),
            ("confusion", .matrix(evaluation.confusion)))
        )),
      table: table, drawn: perClass ? table : nil, lines: [line])
  }

  private static func table(_ evaluation: Evaluation, _ names: [String]) -> Table {
    Table(
      columns: [
        .init("class"), .init("name"), .init("samples"), .init("accuracy"), .init("taken for"),
      ],
      rows: evaluation.confusion.indices.map { c in
        let row = evaluation.confusion[c]
        let others = row.indices.filter { $0 != c && row[$0] > 0 }
        let most = others.max { row[$0] < row[$1] }
        return [
          .int(c), .string(names[c]), .int(row.reduce(0, +)), .optional(evaluation.perClass[c]),
          .optional(most.map { "\(names[$0]) (\(row[$0]))" }),
        ]
      })
  }
}
