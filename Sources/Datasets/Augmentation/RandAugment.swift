import LinearAlgebra

/// Changes of 8-bit images drawn from a list of fifteen, all at the same one of ten levels (Cubuk et
/// al. 2020, 1909.13719).
///
/// Draws for each change which one it is; then, for those that go in two directions, which of them;
/// for a cutout its row and column instead. What geometry leaves empty, and what is cut out, is
/// black; geometry takes the nearest pixel. Results are those of Pillow.
package struct RandAugment: Sendable, Equatable {
  /// How many changes are made, one after another; the same one may be drawn again.
  package var count: Int
  /// 0, next to nothing, to 9.
  package var level: Int

  /// The largest level.
  package static let highestLevel = 9

  /// Stores the numbers.
  /// - Precondition: `count >= 0`; `level` is in 0…9.
  package init(count: Int = 1, level: Int = 5) {
    precondition(count >= 0 && 0...Self.highestLevel ~= level, "a count and a level")
    self.count = count
    self.level = level
  }

  /// The changes, each under the name that others give it.
  package enum Operation: String, Sendable, CaseIterable {
    case shearX, shearY, translateX, translateY, rotate, color, contrast, brightness, sharpness
    case posterize, solarize, autocontrast, equalize, invert, cutout

    /// Whether it goes in two directions.
    package var isSigned: Bool {
      switch self {
      case .shearX, .shearY, .translateX, .translateY, .rotate: true
      case .color, .contrast, .brightness, .sharpness: true
      case .posterize, .solarize, .autocontrast, .equalize, .invert, .cutout: false
      }
    }

    /// The strength at a level: that many ninths of the way from one end to the other.
    package func strength(level: Int) -> Double {
      let share = Double(level) / Double(RandAugment.highestLevel)
      switch self {
      case .shearX, .shearY: return 0.3 * share
      case .translateX, .translateY: return 150 / 331 * share
      case .rotate: return 30 * share
      case .color, .contrast, .brightness, .sharpness: return 0.9 * share
      case .posterize: return (8 - 4 * share).rounded(.toNearestOrEven)
      case .solarize: return 256 - 256 * share
      case .cutout: return 0.8 * share
      case .autocontrast, .equalize, .invert: return 0
      }
    }
  }

  func apply(to image: Planes<UInt8>, using random: inout RandomSource) {
    for _ in 0..<count {
      let all = Operation.allCases
      let operation = all[random.integer(below: all.count)]
      let strength = operation.strength(level: level)
      if operation == .cutout {
        let row = random.integer(below: image.height)
        let column = random.integer(below: image.width)
        image.cutOut(side: Int((strength * Double(image.width)).rounded()), row, column)
      } else {
        let isReversed = operation.isSigned && random.uniform() < 0.5
        Self.apply(operation, isReversed ? -strength : strength, to: image)
      }
    }
  }

  /// Applies one change of a signed strength; a cutout needs a place, too.
  package static func apply(_ operation: Operation, _ strength: Double, to image: Planes<UInt8>) {
    switch operation {
    case .shearX: image.transform(AffineMap(xByY: strength))
    case .shearY: image.transform(AffineMap(yByX: strength))
    case .translateX: image.transform(AffineMap(xShift: strength * Double(image.width)))
    case .translateY: image.transform(AffineMap(yShift: strength * Double(image.height)))
    case .rotate:
      image.transform(AffineMap(degrees: strength, width: image.width, height: image.height))
    case .color: image.enhanceColor(by: Float(1 + strength))
    case .contrast: image.enhanceContrast(by: Float(1 + strength))
    case .brightness: image.enhanceBrightness(by: Float(1 + strength))
    case .sharpness: image.enhanceSharpness(by: Float(1 + strength))
    case .posterize: image.posterize(bits: Int(strength))
    case .solarize: image.solarize(from: strength)
    case .autocontrast: image.stretchLevels()
    case .equalize: image.equalize()
    case .invert: image.solarize(from: 0)
    case .cutout: break
    }
  }
}
