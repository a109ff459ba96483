import LinearAlgebra

/// Random changes of colour and sharpness, as contrastive learning uses them (Chen et al. 2020,
/// 2002.05709). Pixels stay between 0 and 1.
///
/// Draws, in this order: whether colours are changed; then the order of the changes and the factors
/// of brightness, contrast, saturation and hue; whether the image becomes grey; the width of the
/// blur. Images of one channel have neither saturation nor hue and are grey already: for them
/// nothing of that is drawn. A change that is switched off is not drawn either.
package struct ColourChange: Sendable, Equatable {
  /// How often colours are changed.
  package var jitterProbability: Double
  /// Brightness is multiplied by a factor uniform in 1 ± this, but not below 0.
  package var brightness: Double
  /// The same for the distance of each pixel from the image's mean grey.
  package var contrast: Double
  /// The same for the distance of each colour from its grey.
  package var saturation: Double
  /// Hue is turned by an angle uniform in ± this, 1 being the whole circle; at most 0.5.
  package var hue: Double
  /// How often the image becomes grey.
  package var greyProbability: Double
  /// Whether the image is blurred, by a Gaussian whose deviation is uniform in 0.1…2 pixels.
  package var blurs: Bool

  /// Stores the parts; those not given are those of training with `augment=simclr`.
  /// - Precondition: none of the strengths is below 0.
  package init(
    jitterProbability: Double = 0.8, brightness: Double = 0.8, contrast: Double = 0.8,
    saturation: Double = 0.8, hue: Double = 0.2, greyProbability: Double = 0.2,
    blurs: Bool = true
  ) {
    precondition(
      [brightness, contrast, saturation, hue].allSatisfy { $0 >= 0 }, "strengths are not negative")
    self.jitterProbability = jitterProbability
    self.brightness = brightness
    self.contrast = contrast
    self.saturation = saturation
    self.hue = hue
    self.greyProbability = greyProbability
    self.blurs = blurs
  }

  private static let blurDeviations = 0.1...2.0

  func apply(to image: Planes<Float>, using random: inout RandomSource) {
    if random.uniform() < jitterProbability { jitter(image, using: &random) }
    if image.channels == 3, random.uniform() < greyProbability { image.becomeGrey() }
    guard blurs else { return }
    let deviation = random.uniform(in: Self.blurDeviations)
    GaussianBlur(deviation: deviation, side: min(image.height, image.width)).apply(to: image)
  }

  private func jitter(_ image: Planes<Float>, using random: inout RandomSource) {
    let order = random.shuffled(image.channels == 3 ? [0, 1, 2, 3] : [0, 1])
    let ranges = [brightness, contrast, saturation].map { max(0, 1 - $0)...1 + $0 } + [-hue...hue]
    let factors = ranges.prefix(order.count).map { Float(random.uniform(in: $0)) }
    for change in order {
      switch change {
      case 0: image.multiply(by: factors[0])
      case 1: image.stretchContrast(by: factors[1])
      case 2: image.stretchSaturation(by: factors[2])
      default: image.turnHue(by: factors[3])
      }
    }
  }
}

/// Changes of colour, by the definitions of torchvision for images of floats.
extension Planes<Float> {
  /// Changes the brightness.
  package func multiply(by factor: Float) {
    for place in pixels.indices { pixels[place] = Self.clamped(factor * pixels[place]) }
  }

  /// Moves each pixel away from the image's mean grey, or towards it.
  package func stretchContrast(by factor: Float) {
    var sum = 0.0
    for place in 0..<area { sum += Double(grey(place)) }
    let rest = (1 - factor) * Float(sum / Double(area))
    for place in pixels.indices { pixels[place] = Self.clamped(factor * pixels[place] + rest) }
  }

  /// Moves each colour away from its grey, or towards it.
  /// - Precondition: three channels.
  package func stretchSaturation(by factor: Float) {
    let (red, green, blue) = (plane(0), plane(1), plane(2))
    for place in 0..<area {
      let rest = (1 - factor) * Self.grey(red[place], green[place], blue[place])
      red[place] = Self.clamped(factor * red[place] + rest)
      green[place] = Self.clamped(factor * green[place] + rest)
      blue[place] = Self.clamped(factor * blue[place] + rest)
    }
  }

  /// - Precondition: three channels.
  package func becomeGrey() {
    let (red, green, blue) = (plane(0), plane(1), plane(2))
    for place in 0..<area {
      let grey = Self.grey(red[place], green[place], blue[place])
      red[place] = grey
      green[place] = grey
      blue[place] = grey
    }
  }

  /// Turns the hue of each pixel by `angle`, 1 being the whole circle. Lightest and darkest of a
  /// pixel's three numbers stay what they are.
  /// - Precondition: three channels; `angle` is in -1…1.
  package func turnHue(by angle: Float) {
    let (red, green, blue) = (plane(0), plane(1), plane(2))
    for place in 0..<area {
      let (r, g, b) = (red[place], green[place], blue[place])
      let lightest = Swift.max(r, g, b)
      let spread = lightest - Swift.min(r, g, b)
      guard spread > 0 else { continue }
      let sixths = Self.hue(r, g, b, lightest, spread) + 6 * angle
      red[place] = lightest - spread * Self.darkness(sixths + 5)
      green[place] = lightest - spread * Self.darkness(sixths + 3)
      blue[place] = lightest - spread * Self.darkness(sixths + 1)
    }
  }

  /// The hue in sixths of the circle, from -1 to 5: red at 0, green at 2, blue at 4.
  private static func hue(
    _ r: Float, _ g: Float, _ b: Float, _ lightest: Float, _ spread: Float
  ) -> Float {
    if lightest == r { return (g - b) / spread }
    if lightest == g { return 2 + (b - r) / spread }
    return 4 + (r - g) / spread
  }

  /// How far one of the three numbers is from the lightest, as a share of the spread, at a place on
  /// the circle of sixths that begins where the number is in the middle of being the darkest.
  private static func darkness(_ sixths: Float) -> Float {
    let place = sixths - 6 * (sixths / 6).rounded(.down)
    return Swift.max(0, Swift.min(place, 4 - place, 1))
  }

  /// The weights of the eye (ITU-R 601).
  private static func grey(_ red: Float, _ green: Float, _ blue: Float) -> Float {
    0.2989 * red + 0.587 * green + 0.114 * blue
  }

  private func grey(_ place: Int) -> Float {
    guard channels == 3 else { return pixels[place] }
    return Self.grey(pixels[place], pixels[area + place], pixels[2 * area + place])
  }

  private static func clamped(_ value: Float) -> Float {
    value > 1 ? 1 : value > 0 ? value : 0
  }
}
