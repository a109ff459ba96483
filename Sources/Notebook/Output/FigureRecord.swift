extension Figure {
  func record(file: String?) -> JSON {
    .record(
      ("title", .string(title)), ("file", .optional(file)),
      (
        "axes",
        .record(("x", .string(xLabel)), ("y", .string(yLabel)), ("square", .bool(isSquare)))
      ),
      ("curves", .array(curves.filter { !$0.isEvaluation }.map(\.record))),
      (
        "evaluation",
        .record(("curves", .array(curves.filter(\.isEvaluation).map(\.record))))
      ))
  }

  /// The figure of a typed result; nil for what is none, or was recorded without its axes.
  init?(record: JSON) {
    guard case .string(let title)? = record["title"],
      case .string(let x)? = record["axes"]?["x"], case .string(let y)? = record["axes"]?["y"],
      let known = record["curves"]?.elements,
      let evaluated = record["evaluation"]?["curves"]?.elements
    else { return nil }
    let curves =
      known.map { Curve(record: $0, isEvaluation: false) }
      + evaluated.map { Curve(record: $0, isEvaluation: true) }
    guard curves.allSatisfy({ $0 != nil }) else { return nil }
    self.init(
      title: title, xLabel: x, yLabel: y, curves: curves.compactMap(\.self),
      isSquare: record["axes"]?["square"] == .bool(true))
  }
}

extension Figure.Curve {
  fileprivate var record: JSON {
    .record(
      ("name", .string(name)), ("style", .string(style.name)), ("mark", .optional(style.mark)),
      ("color", .optional(color)), ("radius", .optional(radius)),
      ("x", .doubles(points.map(\.x))), ("y", .doubles(points.map(\.y))),
      ("lower", .doubles(points.map(\.lower))), ("upper", .doubles(points.map(\.upper))))
  }

  fileprivate init?(record: JSON, isEvaluation: Bool) {
    guard case .string(let name)? = record["name"], let style = Figure.Style(record: record),
      let x = record["x"]?.elements, let y = record["y"]?.elements, x.count == y.count
    else { return nil }
    let lower = record["lower"]?.elements ?? []
    let upper = record["upper"]?.elements ?? []
    let points = x.indices.map { index in
      Figure.Point(
        x: x[index].number ?? .nan, y: y[index].number ?? .nan,
        lower: lower.indices.contains(index) ? lower[index].number : nil,
        upper: upper.indices.contains(index) ? upper[index].number : nil)
    }
    var color: String?
    if case .string(let text)? = record["color"] { color = text }
    self.init(
      name: name, points: points, style: style, isEvaluation: isEvaluation, color: color)
  }
}

extension Figure.Style {
  fileprivate var name: String {
    switch self {
    case .line: "line"
    case .dots: "dots"
    case .steps: "steps"
    case .discs: "discs"
    }
  }

  fileprivate var mark: String? { if case .dots(let mark) = self { String(mark) } else { nil } }

  fileprivate init?(record: JSON) {
    switch record["style"] {
    case .string("line"): self = .line
    case .string("steps"): self = .steps
    case .string("dots"):
      guard case .string(let mark)? = record["mark"], let mark = mark.first else { return nil }
      self = .dots(mark)
    case .string("discs"):
      guard let radius = record["radius"]?.number else { return nil }
      self = .discs(radius: radius)
    default: return nil
    }
  }
}
