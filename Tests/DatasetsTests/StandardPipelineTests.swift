import Datasets
import Foundation
import LinearAlgebra
import TestSupport
import Testing

/// Which pipeline goes with which data set.
struct StandardPipelineTests {
  static func standard(
    _ name: String, _ images: ImageSet, _ choice: AugmentationChoice? = nil
  ) throws -> ImagePipeline {
    try .standard(for: name, images: images, training: images, augment: choice)
  }

  @Test(arguments: ["cifar10", "cifar10n", "cifar100", "cifar100n"])
  func `CIFAR is cropped after padding by 4, mirrored, and has its usual numbers`(name: String)
    throws
  {
    let images = ImagePipelineTests.images(2, 3, 32, 32)
    let pipeline = try Self.standard(name, images)
    #expect(pipeline.augmentation == Augmentation(crop: .padded(4), flips: true))
    #expect(pipeline.normalisation == .cifar)
    #expect(pipeline.length == 3072)
  }

  @Test func `SVHN is not mirrored, and STL10 is padded by 12`() throws {
    let svhn = try Self.standard("svhn", ImagePipelineTests.images(2, 3, 32, 32))
    #expect(svhn.augmentation == Augmentation(crop: .padded(4)))
    #expect(svhn.normalisation.mean == [0.4376, 0.4437, 0.4728])
    let stl = try Self.standard("stl10", ImagePipelineTests.images(2, 3, 96, 96))
    #expect(stl.augmentation == Augmentation(crop: .padded(12), flips: true))
    #expect(stl.normalisation == .cifar)
  }

  @Test func `grey digits and clothes become 32 × 32 and are not augmented`() throws {
    let images = ImagePipelineTests.images(20, 1, 28, 28)
    for name in ["mnist", "fashion_mnist"] {
      let pipeline = try Self.standard(name, images)
      #expect(pipeline.augmentation == Augmentation())
      #expect(pipeline.height == 32 && pipeline.width == 32)
      #expect(
        try pipeline.numbers(1) == pipeline.numbers(1, ImagePipelineTests.stream("none")))
    }
    #expect(try Self.standard("mnist", images).normalisation.mean == [0.1307])
    let own = try Self.standard("fashion_mnist", images).normalisation
    let pixels = try images.bytes().map { Double($0) / 255 }
    let mean = pixels.reduce(0, +) / Double(pixels.count)
    let variance = pixels.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(pixels.count)
    #expect(abs(Double(own.mean[0]) - mean) < 1e-6)
    #expect(abs(Double(own.deviation[0]) - variance.squareRoot()) < 1e-6)
  }

  @Test func `the built-in digits use all of the range, and their own numbers`() throws {
    let train = try #require(try Digits.load().train.images)
    let test = try #require(try Digits.load().test?.images)
    let pipeline = try ImagePipeline.standard(for: "digits", images: test, training: train)
    #expect(pipeline.count == 500 && pipeline.length == 1024)
    let levels = try pipeline.images.bytes()
    #expect(levels.max() == 255 && levels.min() == 0)
    // Their mean is 4.88 of 16.
    #expect(abs(pipeline.normalisation.mean[0] - 0.305) < 0.005)
    let numbers = try (0..<500).flatMap { try pipeline.numbers($0) }
    let mean = numbers.reduce(0) { $0 + Double($1) } / Double(numbers.count)
    #expect(abs(mean) < 0.05)
  }

  @Test func `a choice takes the place of what the data set has`() throws {
    let colour = ImagePipelineTests.images(2, 3, 32, 32)
    let grey = ImagePipelineTests.images(2, 1, 28, 28)
    func augmentation(_ name: String, _ images: ImageSet, _ choice: AugmentationChoice) throws
      -> Augmentation
    {
      try Self.standard(name, images, choice).augmentation
    }
    let padded = Augmentation.Crop.padded(4)
    #expect(try augmentation("cifar10", colour, .none) == Augmentation())
    #expect(try augmentation("cifar10", colour, .crop) == Augmentation(crop: padded))
    #expect(try augmentation("svhn", colour, .flip) == Augmentation(crop: padded, flips: true))
    #expect(try augmentation("mnist", grey, .flip) == Augmentation(flips: true))
    #expect(try augmentation("mnist", grey, .crop) == Augmentation(crop: padded))
    #expect(
      try augmentation("cifar10", colour, .randaug)
        == Augmentation(crop: padded, flips: true, operations: RandAugment(count: 1, level: 5)))
    #expect(
      try augmentation("mnist", grey, .simclr)
        == Augmentation(crop: padded, flips: false, colours: ColourChange()))
    #expect(try augmentation("fashion_mnist", grey, .simclr).flips)
  }

  @Test func `images of nobody's data set get a pipeline that fits them`() throws {
    let grey = try Self.standard("arrays", ImagePipelineTests.images(9, 1, 40, 50))
    #expect(grey.augmentation == Augmentation() && grey.height == 40 && grey.width == 50)
    let colour = try Self.standard("arrays", ImagePipelineTests.images(9, 3, 48, 64))
    #expect(colour.augmentation == Augmentation(crop: .padded(6), flips: true))
    let small = try Self.standard("arrays", ImagePipelineTests.images(9, 3, 8, 8))
    #expect(small.height == 32 && small.augmentation.crop == .padded(4))
    let even = ImageSet(
      count: 1, height: 40, width: 40, channels: 1, pixels: [UInt8](repeating: 9, count: 1600))
    #expect(try Self.standard("arrays", even).numbers(0).allSatisfy { abs($0) < 1e-6 })
  }

  @Test func `images in files are cut out of what is in their files`() throws {
    try withTemporaryFolder { folder in
      let photograph = Fixtures.url("images/photograph.jpg")
      for place in ["train/a", "train/b"] {
        try FileManager.default.createDirectory(
          at: folder.appending(path: place), withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(
          at: folder.appending(path: "\(place)/1.jpg"), withDestinationURL: photograph)
      }
      let set = try ImageFolder.load(path: folder.path(percentEncoded: false))
      let images = try #require(set.train.images)
      for (name, least) in [("folder", 0.5), ("imagenet50", 0.5), ("food101n", 0.08)] {
        let pipeline = try Self.standard(name, images)
        #expect(
          pipeline.augmentation == Augmentation(crop: .resized(area: least...1), flips: true))
        #expect(pipeline.normalisation == .photographs && pipeline.length == 3 * 224 * 224)
      }
      // A box drawn as the pipeline draws it, in the whole picture of 500 × 375.
      let pipeline = ImagePipeline(
        images, augmentation: Augmentation(crop: .resized(area: 0.5...1)),
        normalisation: ImagePipelineTests.plainColour)
      var random = ImagePipelineTests.stream("file")
      let numbers = try pipeline.numbers(0, random)
      let picture = try ImageFile.read(photograph.path(percentEncoded: false))
      let box = PixelBox.random(
        width: picture.width, height: picture.height, shares: 0.5...1, using: &random)
      let blank = [UInt8](repeating: 0, count: 3 * 224 * 224)
      let expected = AugmentationTests.Image(3, 224, 224, blank).changed {
        $0.fill(from: picture, box)
      }
      #expect(zip(numbers, expected).allSatisfy { abs($0 - Float($1) / 255) < 1e-6 })
    }
  }

  @Test func `a file that is gone is an error that names it`() throws {
    try withTemporaryFolder { folder in
      let photograph = Fixtures.url("images/photograph.jpg")
      for place in ["train/a", "train/b"] {
        try FileManager.default.createDirectory(
          at: folder.appending(path: place), withIntermediateDirectories: true)
        try FileManager.default.copyItem(
          at: photograph, to: folder.appending(path: "\(place)/1.jpg"))
      }
      let set = try ImageFolder.load(path: folder.path(percentEncoded: false))
      let images = try #require(set.train.images)
      try FileManager.default.removeItem(at: folder.appending(path: "train/b/1.jpg"))
      let pipeline = try Self.standard("folder", images)
      for random in [nil, ImagePipelineTests.stream("gone")] {
        let error = fileError { _ = try pipeline.numbers(1, random) }
        #expect(error?.kind == .missing && error?.path.hasSuffix("train/b/1.jpg") == true)
        #expect(error?.expected == "image 1")
      }
    }
  }
}
