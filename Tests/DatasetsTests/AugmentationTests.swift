import Datasets
import LinearAlgebra
import TestSupport
import Testing

/// Each change of an image, against Pillow, torchvision and PyTorch.
struct AugmentationTests {
  static let expected = try? NumpyArchive(
    Fixtures.url("augmentation/expected.npz").path(percentEncoded: false))

  /// An image of 8 bits per channel that owns its pixels.
  struct Image {
    var channels: Int
    var height: Int
    var width: Int
    var pixels: [UInt8]

    init(_ channels: Int, _ height: Int, _ width: Int, _ pixels: [UInt8]) {
      (self.channels, self.height, self.width, self.pixels) = (channels, height, width, pixels)
    }

    /// Image `number` of the fixture.
    init(_ number: Int) throws {
      let array = try #require(AugmentationTests.expected).array("image_\(number)")
      self.init(
        array.shape[0], array.shape[1], array.shape[2], try array.integers().map { UInt8($0) })
    }

    /// The pixels after `body` changed them.
    func changed(_ body: (Planes<UInt8>) -> Void) -> [UInt8] {
      var pixels = pixels
      pixels.withUnsafeMutableBufferPointer {
        body(Planes($0, channels: channels, height: height, width: width))
      }
      return pixels
    }

    /// The pixels from 0 to 1 after `body` changed them.
    func changedFloats(_ body: (Planes<Float>) -> Void) -> [Float] {
      var floats = pixels.map { Float($0) / 255 }
      floats.withUnsafeMutableBufferPointer {
        body(Planes($0, channels: channels, height: height, width: width))
      }
      return floats
    }

    var picture: Picture {
      let area = height * width
      let pixels = (0..<3 * area).map { self.pixels[($0 % 3) % channels * area + $0 / 3] }
      return Picture(width: width, height: height, pixels: pixels)
    }
  }

  static let listed = RandAugment.Operation.allCases.filter { $0 != .cutout }

  @Test(arguments: listed)
  func `every change of the list gives the pixels that Pillow gives`(
    operation: RandAugment.Operation
  ) throws {
    let expected = try #require(Self.expected)
    let strengths = try expected.array("\(operation)_strengths").doubles()
    for number in 0..<3 {
      let image = try Image(number)
      let results = try expected.array("\(operation)_\(number)").integers().map { UInt8($0) }
      for (place, strength) in strengths.enumerated() {
        let result = image.changed { RandAugment.apply(operation, strength, to: $0) }
        let wanted = results[place * result.count..<(place + 1) * result.count]
        #expect(result.elementsEqual(wanted), "image \(number), strength \(strength)")
      }
    }
  }

  @Test(arguments: listed)
  func `the ten levels go from one end to the other`(operation: RandAugment.Operation) throws {
    let expected = try #require(Self.expected)
    let key = "\(operation)_levels"
    guard expected.keys.contains(key) else { return }
    for (level, strength) in try expected.array(key).doubles().enumerated() {
      #expect(abs(operation.strength(level: level) - strength) < 1e-12, "level \(level)")
    }
  }

  @Test func `a cutout blackens a square around its middle and nothing else`() {
    let image = Image(2, 9, 11, [UInt8](repeating: 7, count: 198))
    for (side, row, column) in [
      (0, 4, 4), (1, 0, 0), (4, 4, 5), (5, 8, 10), (3, 0, 10), (40, 2, 2),
    ] {
      let result = image.changed { $0.cutOut(side: side, row, column) }
      let (top, left) = (row - side / 2, column - side / 2)
      for (place, level) in result.enumerated() {
        let (y, x) = (place % 99 / 11, place % 11)
        let isOut = top..<top + side ~= y && left..<left + side ~= x
        #expect(level == (isOut ? 0 : 7), "\(side) at \(row), \(column): \(y), \(x)")
      }
    }
  }

  @Test(arguments: ["brightness", "contrast", "saturation", "hue", "grey"])
  func `every change of colour gives the numbers that torchvision gives`(name: String) throws {
    let expected = try #require(Self.expected)
    let factors = try expected.array("float_\(name)_factors").floats()
    for number in [0, 2] where expected.keys.contains("float_\(name)_\(number)") {
      let image = try Image(number)
      let results = try expected.array("float_\(name)_\(number)").floats()
      for (place, factor) in factors.enumerated() {
        let result = image.changedFloats {
          switch name {
          case "brightness": $0.multiply(by: factor)
          case "contrast": $0.stretchContrast(by: factor)
          case "saturation": $0.stretchSaturation(by: factor)
          case "hue": $0.turnHue(by: factor)
          default: $0.becomeGrey()
          }
        }
        let wanted = results[place * result.count..<(place + 1) * result.count]
        let difference = zip(result, wanted).map { abs($0 - $1) }.max() ?? 1
        #expect(difference < 2e-6, "image \(number), factor \(factor)")
      }
    }
  }

  @Test(arguments: [0, 1, 3])
  func `a blur gives the numbers that torchvision gives`(number: Int) throws {
    let expected = try #require(Self.expected)
    let image = try Image(number)
    let results = try expected.array("blur_\(number)").floats()
    for (place, deviation) in try expected.array("blur_deviations").doubles().enumerated() {
      let blurred = image.changedFloats {
        GaussianBlur(deviation: deviation, side: min(image.height, image.width)).apply(to: $0)
      }
      let result = blurred.indices.filter { $0 / image.width % image.height % 3 == 0 }
        .map { blurred[$0] }
      let wanted = results[place * result.count..<(place + 1) * result.count]
      let difference = zip(result, wanted).map { abs($0 - $1) }.max() ?? 1
      #expect(difference < 2e-6, "deviation \(deviation)")
    }
  }

  @Test func `a blur of a small image is none, and weights add up to one`() {
    #expect(GaussianBlur(deviation: 1, side: 19).weights == [1])
    for (side, count) in [(20, 2), (32, 2), (64, 4), (96, 5), (224, 12)] {
      let weights = GaussianBlur(deviation: 1.3, side: side).weights
      #expect(weights.count == count)
      #expect(abs(2 * weights.reduce(0, +) - weights[0] - 1) < 1e-6)
    }
  }

  @Test(arguments: 0..<5)
  func `a part of a picture is resized as torchvision does it`(number: Int) throws {
    let expected = try #require(Self.expected)
    let box = try expected.array("boxes").integers()[4 * number..<4 * number + 4].map { $0 }
    let target = Image(3, 32, 32, [UInt8](repeating: 0, count: 3072))
    let picture = try Image(3).picture
    let result = target.changed {
      $0.fill(
        from: picture, PixelBox(left: box[1], top: box[0], width: box[3], height: box[2]))
    }
    let wanted = try expected.array("resized_\(number)").integers()
    // Of some pictures that are higher than wide this version of Pillow takes the columns first.
    let isTall = box[2] > box[3]
    #expect(ImageFileTests.largestDifference(result, wanted) <= (isTall ? 1 : 0))
  }

  @Test func `a grey image is enlarged as torchvision does it`() throws {
    let image = try Image(2)
    let result = Image(1, 32, 32, [UInt8](repeating: 0, count: 1024)).changed {
      $0.fill(from: image.picture, PixelBox(left: 0, top: 0, width: 28, height: 28))
    }
    let wanted = try #require(Self.expected).array("enlarged").integers()
    #expect(ImageFileTests.largestDifference(result, wanted) == 0)
  }

  @Test func `padding, cropping, mirroring and normalising agree with PyTorch`() throws {
    let oracle = try Oracle("augmentation")
    let images = try oracle.ints("images").map { UInt8($0) }
    let cropped = try oracle.ints("cropped")
    let (tops, lefts) = (try oracle.ints("tops"), try oracle.ints("lefts"))
    for (number, isMirrored) in try oracle.bools("flips").enumerated() {
      let image = Image(3, 32, 32, Array(images[number * 3072..<(number + 1) * 3072]))
      let result = image.changed {
        $0.shift(down: tops[number] - 4, right: lefts[number] - 4)
        if isMirrored { $0.mirror() }
      }
      #expect(result.map { Int($0) }.elementsEqual(cropped[number * 3072..<(number + 1) * 3072]))
    }
    let set = ImageSet(
      count: 4, height: 32, width: 32, channels: 3, pixels: cropped[..<12288].map { UInt8($0) })
    let pipeline = ImagePipeline(set, normalisation: .cifar)
    #expect(try oracle.floats("mean") == Normalisation.cifar.mean)
    #expect(try oracle.floats("deviation") == Normalisation.cifar.deviation)
    let wanted = try oracle.floats("normalised")
    for number in 0..<4 {
      let result = try pipeline.numbers(number)
      #expect(
        zip(result, wanted[(number * 3072)...]).allSatisfy { abs($0 - $1) <= 1e-6 + 1e-6 * abs($1) }
      )
    }
  }
}

extension ImagePipeline {
  /// What becomes of one image.
  func numbers(_ index: Int, _ random: RandomSource? = nil) throws -> [Float] {
    try [Float](unsafeUninitializedCapacity: length) { target, count in
      let target = UnsafeMutableBufferPointer(rebasing: target[..<length])
      target.initialize(repeating: .nan)
      try write(index, random: random, into: target)
      count = length
    }
  }
}
