import LinearAlgebra

/// What is taken from each pixel and what it is divided by, so that the numbers that a network sees
/// are centred and of size 1.
package struct Normalisation: Sendable, Equatable {
  /// Per channel, of pixels from 0 to 1.
  package let mean: [Float]
  /// The standard deviation per channel, of pixels from 0 to 1; above 0.
  package let deviation: [Float]

  /// Stores the numbers.
  /// - Precondition: as many deviations as means, none of them 0 or less.
  package init(mean: [Float], deviation: [Float]) {
    precondition(mean.count == deviation.count, "a deviation for each mean")
    precondition(deviation.allSatisfy { $0 > 0 }, "deviations are above 0")
    self.mean = mean
    self.deviation = deviation
  }

  /// The numbers usual for CIFAR-10 and CIFAR-100, in training.
  package static let cifar = Normalisation(
    mean: [0.4914, 0.4822, 0.4465], deviation: [0.247, 0.2435, 0.2616])
  /// The numbers usual for CIFAR in self-supervised learning.
  package static let contrastive = Normalisation(
    mean: [0.4914, 0.4822, 0.4465], deviation: [0.2023, 0.1994, 0.2010])
  /// The numbers usual for photographs, from ImageNet.
  package static let photographs = Normalisation(
    mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225])

  /// The mean and the standard deviation of all pixels of `images`, channel by channel; a deviation
  /// of 0 is taken for 1. Reads every image once.
  /// - Throws: `FileError` where one cannot be read; `Interrupted`.
  package static func measured(in images: ImageSet) throws -> Normalisation {
    let area = images.height * images.width
    var counts = [Int](repeating: 0, count: 256 * images.channels)
    for index in 0..<images.count {
      if index & 0xff == 0 { try Interrupt.check() }
      try images.withPixels(of: index) { pixels in
        for channel in 0..<images.channels {
          for place in channel * area..<(channel + 1) * area {
            counts[256 * channel + Int(pixels[place])] += 1
          }
        }
      }
    }
    let moments = (0..<images.channels).map { Self.moments(counts[256 * $0..<256 * ($0 + 1)]) }
    return Normalisation(
      mean: moments.map { Float($0.mean) }, deviation: moments.map { Float($0.deviation) })
  }

  /// - Parameter counts: how often each of the 256 levels occurs.
  private static func moments(_ counts: ArraySlice<Int>) -> (mean: Double, deviation: Double) {
    let total = Double(max(1, counts.reduce(0, +)))
    let levels = zip(0..<256, counts).map { (level: Double($0) / 255, share: Double($1) / total) }
    let mean = levels.reduce(0) { $0 + $1.level * $1.share }
    let variance = levels.reduce(0) { $0 + ($1.level - mean) * ($1.level - mean) * $1.share }
    return (mean, variance > 0 ? variance.squareRoot() : 1)
  }

  /// Applies it to pixels from 0 to 1.
  func apply(to planes: Planes<Float>) {
    for channel in 0..<planes.channels {
      let (mean, deviation) = (mean[channel], deviation[channel])
      let plane = planes.plane(channel)
      for place in plane.indices { plane[place] = (plane[place] - mean) / deviation }
    }
  }
}
