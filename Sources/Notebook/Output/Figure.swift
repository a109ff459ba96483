/// Curves and points over common axes.
struct Figure {
  struct Point {
    let x: Double
    let y: Double
    /// The band around it; nil for none.
    var lower: Double?
    var upper: Double?
  }

  /// How the points of a curve are drawn.
  enum Style {
    case line
    /// Not joined, each drawn with this character in a terminal; a full stop means a small dot.
    case dots(Character)
    /// Bars of a histogram, as their outline.
    case steps
    /// Outlines of discs of this radius in the units of both axes; not drawn with characters.
    case discs(radius: Double)
  }

  struct Curve {
    let name: String
    let points: [Point]
    var style = Style.line
    /// Whether true labels were used.
    var isEvaluation = false
    /// As `#rrggbb`; nil for the next of eight that everybody can tell apart.
    var color: String?

    /// Characters have no room for discs, nor for outlines upon each other.
    var isDrawnWithCharacters: Bool {
      switch style {
      case .line, .dots: true
      case .steps: !isEvaluation
      case .discs: false
      }
    }

    var radius: Double? { if case .discs(let radius) = style { radius } else { nil } }
    var isHistogram: Bool { if case .steps = style { true } else { false } }
    var hasBand: Bool { points.contains { $0.lower != nil } }
  }

  let title: String
  let xLabel: String
  let yLabel: String
  /// Those with true labels last.
  let curves: [Curve]
  /// Whether both axes have the same scale, in files.
  var isSquare = false
}
