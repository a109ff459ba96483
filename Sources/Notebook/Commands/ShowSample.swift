import CommandLanguage

extension Showing {
  /// One sample of the pool: what was bought of it and how it is judged, and its picture where it has
  /// a small one.
  static func sample(_ invocation: Invocation) throws -> Output {
    let sample = try invocation.sample("number")
    let data = try invocation.data()
    let state = invocation.state
    let place = state.labeled.firstIndex(of: sample)
    let label = place.map { state.observed[$0] }
    let judged = state.verdict.flatMap { verdict in
      verdict.labeled.firstIndex(of: sample).map { verdict.clean[$0] }
    }
    let truth = try data.truth().label(of: sample)
    let record = JSON.record(
      ("sample", .int(sample)), ("labeled", .bool(place != nil)), ("position", .optional(place)),
      ("label", .optional(label)), ("name", .optional(label.map { data.classNames[$0] })),
      ("clean", judged.map(JSON.bool) ?? .null),
      ("evaluation", .record(("true_label", .optional(truth)))))
    var lines = ["sample \(sample): \(words(label, place, judged, data))"]
    if let truth { lines.append("  evaluation: truly \(named(truth, data))") }
    return Output(
      record: record, lines: lines,
      picture: try data.image(of: sample)?.drawn(columns: invocation.environment.columns) ?? [])
  }

  private static func words(_ label: Int?, _ place: Int?, _ isClean: Bool?, _ data: DataHandle)
    -> String
  {
    guard let label, let place else { return "not labeled" }
    let verdict = isClean.map { $0 ? "believed clean" : "suspected" } ?? "not judged yet"
    return "label \(named(label, data)), number \(place + 1) of those bought, \(verdict)"
  }

  private static func named(_ label: Int, _ data: DataHandle) -> String {
    let name = data.classNames[label]
    return name == "\(label)" ? name : "\(label) (\(name))"
  }
}

/// The pixels of one sample.
struct SampleImage {
  let height: Int
  let width: Int
  /// Channel after channel, in each row after row.
  let pixels: [UInt8]

  private static let shades = Array(" ░▒▓█")

  /// A shade for each pixel, two characters wide so that pixels are squares; nothing where it is wider
  /// than the screen.
  func drawn(columns: Int) -> [String] {
    guard 2 * width <= columns else { return [] }
    let channels = pixels.count / (height * width)
    // Some sets do not use all of a byte.
    let most = max(1, Int(pixels.max() ?? 0)) * channels
    return (0..<height).map { row in
      (0..<width).map { column in
        let sum = (0..<channels).reduce(0) {
          $0 + Int(pixels[($1 * height + row) * width + column])
        }
        let shade = Self.shades[min(4, sum * 5 / most)]
        return String(repeating: shade, count: 2)
      }.joined()
    }
  }
}
