import Datasets
import Foundation
import LinearAlgebra
import TestSupport
import Testing

/// What networks are given of images: sizes, numbers, and what chance does.
struct ImagePipelineTests {
  static func stream(_ method: String = "", _ share: Int = 0) -> RandomSource {
    RandomSource(RandomKey(seed: 3, role: .batches, share: share, method: method))
  }

  /// Images without a pattern.
  static func images(
    _ count: Int, _ channels: Int, _ height: Int, _ width: Int, seed: Int = 1
  ) -> ImageSet {
    var random = RandomSource(RandomKey(seed: seed, role: .data))
    let pixels = (0..<count * channels * height * width).map { _ in
      UInt8(random.integer(below: 256))
    }
    return ImageSet(
      count: count, height: height, width: width, channels: channels, pixels: pixels)
  }

  static let plain = Normalisation(mean: [0], deviation: [1])
  static let plainColour = Normalisation(mean: [0, 0, 0], deviation: [1, 1, 1])

  @Test func `without a stream an image is its pixels, centred and scaled`() throws {
    let images = Self.images(3, 3, 5, 7)
    let pipeline = ImagePipeline(
      images, augmentation: Augmentation(crop: .padded(2), flips: true, colours: .view),
      normalisation: Normalisation(mean: [0.1, 0.2, 0.3], deviation: [0.5, 1, 2]))
    for index in 0..<3 {
      let pixels = try images.image(index)
      let expected = pixels.indices.map { place in
        (Float(pixels[place]) / 255 - [0.1, 0.2, 0.3][place / 35]) / [0.5, 1, 2][place / 35]
      }
      #expect(zip(try pipeline.numbers(index), expected).allSatisfy { abs($0 - $1) < 1e-6 })
    }
  }

  @Test func `crop and flip draw the row, the column and the side, and follow their definition`()
    throws
  {
    let images = Self.images(4, 3, 9, 6)
    let pipeline = ImagePipeline(
      images, augmentation: Augmentation(crop: .padded(3), flips: true),
      normalisation: Self.plainColour)
    for trial in 0..<200 {
      var random = Self.stream("crop", trial)
      let result = try pipeline.numbers(trial % 4, random)
      let (top, left) = (random.integer(below: 7) - 3, random.integer(below: 7) - 3)
      let isMirrored = random.uniform() < 0.5
      let pixels = try images.image(trial % 4)
      for (place, number) in result.enumerated() {
        let (channel, row, column) = (place / 54, place % 54 / 6, place % 6)
        let (y, x) = (row + top, (isMirrored ? 5 - column : column) + left)
        let isInside = 0..<9 ~= y && 0..<6 ~= x
        let level = isInside ? pixels[channel * 54 + y * 6 + x] : 0
        #expect(abs(number - Float(level) / 255) < 1e-6)
      }
    }
  }

  @Test func `every place of a padded crop and both sides are equally frequent`() throws {
    var pixels = [UInt8](repeating: 0, count: 256)
    pixels[8 * 16 + 7] = 255
    let images = ImageSet(count: 1, height: 16, width: 16, channels: 1, pixels: pixels)
    let pipeline = ImagePipeline(
      images, augmentation: Augmentation(crop: .padded(2), flips: true),
      normalisation: Self.plain)
    var counts: [Int: Int] = [:]
    for trial in 0..<10_000 {
      let result = try pipeline.numbers(0, Self.stream("uniform", trial))
      counts[try #require(result.firstIndex(of: 1)), default: 0] += 1
    }
    // Rows 6…10; columns 5…9, mirrored 6…10.
    #expect(counts.count == 30)
    let perRow = Dictionary(grouping: counts, by: { $0.key / 16 })
      .mapValues { $0.reduce(0) { $0 + $1.value } }
    #expect(perRow.values.allSatisfy { abs($0 - 2000) < 200 })
    let outer = counts.filter { $0.key % 16 == 5 }.values.reduce(0, +)
    #expect(abs(outer - 1000) < 150)
    let inner = counts.filter { $0.key % 16 == 7 }.values.reduce(0, +)
    #expect(abs(inner - 2000) < 200)
  }

  @Test func `resized crops keep within the picture, the shares and the ratios`() {
    var random = Self.stream("boxes")
    var shares: [Double] = []
    for _ in 0..<4000 {
      let box = PixelBox.random(width: 400, height: 400, shares: 0.2...1, using: &random)
      #expect(box.left >= 0 && box.top >= 0 && box.width > 0 && box.height > 0)
      #expect(box.left + box.width <= 400 && box.top + box.height <= 400)
      let ratio = Double(box.width) / Double(box.height)
      #expect(ratio > 0.74 && ratio < 1.35)
      shares.append(Double(box.width * box.height) / 160_000)
    }
    #expect((shares.min() ?? 0) > 0.195 && (shares.max() ?? 2) <= 1)
    // Small parts nearly always fit, so they are uniform among themselves.
    let small = shares.filter { $0 < 0.6 }
    #expect(abs(small.reduce(0, +) / Double(small.count) - 0.4) < 0.01)
  }

  @Test func `where no part fits the largest one in the middle is taken`() {
    var random = Self.stream("fallback")
    let wide = PixelBox.random(width: 1000, height: 3, shares: 0.9...1, using: &random)
    #expect(wide == PixelBox(left: 498, top: 0, width: 4, height: 3))
    let tall = PixelBox.random(width: 30, height: 999, shares: 0.9...1, using: &random)
    #expect(tall == PixelBox(left: 0, top: 479, width: 30, height: 40))
    #expect(
      PixelBox.middle(width: 40, height: 40) == PixelBox(left: 0, top: 0, width: 40, height: 40))
    let one = PixelBox.random(width: 1, height: 1, shares: 0.08...1, using: &random)
    #expect(one == PixelBox(left: 0, top: 0, width: 1, height: 1))
  }

  @Test func `what becomes of an image depends on its stream alone`() throws {
    let images = Self.images(6, 3, 32, 32)
    for choice in AugmentationChoice.allCases {
      let pipeline = try ImagePipeline.standard(
        for: "cifar10", images: images, training: images, augment: choice,
        operations: RandAugment(count: 2, level: 7))
      let first = try (0..<6).map { try pipeline.numbers($0, Self.stream("a", $0)) }
      nonisolated(unsafe) var second = [[Float]](repeating: [], count: 6)
      let lock = NSLock()
      try Parallel.forEach(6) { index in
        let numbers = try pipeline.numbers(index, Self.stream("a", index))
        lock.withLock { second[index] = numbers }
      }
      #expect(first == second, "\(choice)")
      let others = try (0..<6).map { try pipeline.numbers($0, Self.stream("b", $0)) }
      #expect((first == others) == (choice == .none), "\(choice)")
    }
  }

  @Test(arguments: AugmentationChoice.allCases)
  func `any size of grey and colour comes out whole and between black and white`(
    choice: AugmentationChoice
  ) throws {
    for (channels, height, width) in [
      (1, 8, 8), (3, 8, 8), (1, 28, 28), (3, 32, 32), (3, 64, 48), (3, 1, 40), (1, 224, 224),
      (3, 224, 224),
    ] {
      let images = Self.images(2, channels, height, width)
      let pipeline = try ImagePipeline.standard(
        for: "arrays", images: images, training: images, augment: choice,
        operations: RandAugment(count: 3, level: 9))
      let (least, most) = (pipeline.levels(0), pipeline.levels(1))
      for trial in 0..<15 {
        let numbers = try pipeline.numbers(trial % 2, Self.stream("size", trial))
        let area = numbers.count / channels
        #expect(
          numbers.indices.allSatisfy {
            numbers[$0] >= least[$0 / area] - 1e-5 && numbers[$0] <= most[$0 / area] + 1e-5
          })
      }
    }
  }

  @Test func `two views of an image differ, and grey images have no colours to change`() throws {
    for channels in [1, 3] {
      let images = Self.images(1, channels, 32, 32)
      let pipeline = try ImagePipeline.views(for: "cifar10", images: images, training: images)
      #expect(pipeline.augmentation.flips)
      let views = try (0..<2).map { try pipeline.numbers(0, Self.stream("view", $0)) }
      #expect(views[0] != views[1])
    }
    let digits = try ImagePipeline.views(
      for: "mnist", images: Self.images(2, 1, 28, 28), training: Self.images(2, 1, 28, 28))
    #expect(!digits.augmentation.flips && digits.height == 32)
  }

  @Test func `grey and changed colours are as frequent as they should be`() throws {
    let images = Self.images(1, 3, 8, 8)
    let pipeline = ImagePipeline(
      images, augmentation: Augmentation(colours: .view), normalisation: Self.plainColour)
    let plain = try pipeline.numbers(0)
    var (grey, unchanged) = (0, 0)
    for trial in 0..<2000 {
      let numbers = try pipeline.numbers(0, Self.stream("colours", trial))
      if (0..<64).allSatisfy({ numbers[$0] == numbers[64 + $0] }) { grey += 1 }
      if numbers == plain { unchanged += 1 }
    }
    #expect(abs(grey - 400) < 80)
    #expect(abs(unchanged - 320) < 70)
  }

  @Test func `every change of the list is drawn equally often`() throws {
    // An image that every one of them changes in a way of its own.
    let images = Self.images(1, 3, 16, 16)
    let augmentation = Augmentation(operations: RandAugment(count: 1, level: 9))
    let pipeline = ImagePipeline(
      images, augmentation: augmentation, normalisation: Self.plainColour)
    let pixels = try images.image(0)
    var counts: [RandAugment.Operation: Int] = [:]
    for trial in 0..<3000 {
      var random = Self.stream("list", trial)
      let numbers = try pipeline.numbers(0, random)
      let operation = RandAugment.Operation.allCases[random.integer(below: 15)]
      counts[operation, default: 0] += 1
      guard operation != .cutout else { continue }
      let isReversed = operation.isSigned && random.uniform() < 0.5
      let strength = operation.strength(level: 9) * (isReversed ? -1 : 1)
      let expected = AugmentationTests.Image(3, 16, 16, pixels).changed {
        RandAugment.apply(operation, strength, to: $0)
      }
      #expect(zip(numbers, expected).allSatisfy { abs($0 - Float($1) / 255) < 1e-6 })
    }
    #expect(counts.count == 15 && counts.values.allSatisfy { abs($0 - 200) < 60 })
  }
}

extension ImagePipeline {
  /// What a level from 0 to 1 becomes, per channel.
  func levels(_ level: Float) -> [Float] {
    zip(normalisation.mean, normalisation.deviation).map { (level - $0) / $1 }
  }
}
