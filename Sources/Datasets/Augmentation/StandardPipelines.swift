/// What is done at random to training images where somebody chooses for himself.
package enum AugmentationChoice: String, Sendable, CaseIterable, Codable {
  /// The data set's crop, and mirrored images.
  case flip
  /// Nothing.
  case none
  /// The data set's crop, no mirrored images; where the data set has none, a crop after padding.
  case crop
  /// What the data set has, then changes drawn from a list.
  case randaug
  /// Crop, mirrored images (but of digits), changed colours, grey, blur.
  case simclr
}

/// The pipelines that go with the data sets.
extension ImagePipeline {
  /// The pipeline with which networks are trained on images of a data set, and tested.
  ///
  /// | data | training | mean and deviation |
  /// | --- | --- | --- |
  /// | CIFAR-10, CIFAR-100 | crop after padding by 4, flip | the usual ones for CIFAR |
  /// | SVHN | crop after padding by 4 | the usual ones |
  /// | STL10 | crop after padding by 12, flip | those of CIFAR |
  /// | MNIST, Fashion-MNIST, digits | none; resized to 32 | the usual ones; measured |
  /// | Tiny-ImageNet, ImageNet, Clothing1M | resized crop of 0.5–1 of the area, flip | of ImageNet |
  /// | Food-101N, WebVision | resized crop of 0.08–1 of the area, flip | of ImageNet |
  /// | others, from files | as ImageNet | of ImageNet |
  /// | others, colour | crop after padding by an eighth of the side, flip | measured |
  /// | others, grey | none | measured |
  ///
  /// Other images than these whose shorter side is below 32 are resized to 32 × 32, too.
  /// - Parameters:
  ///   - name: the canonical name of the data set.
  ///   - images: of any part of the data set.
  ///   - training: the images whose mean and deviation are measured where that is to be.
  ///   - choice: what is done at random; nil for what the table says.
  ///   - operations: for `randaug`.
  /// - Throws: `FileError` where images have to be measured and cannot be read; `Interrupted`.
  package static func standard(
    for name: String, images: ImageSet, training: ImageSet,
    augment choice: AugmentationChoice? = nil,
    operations: RandAugment = RandAugment()
  ) throws -> ImagePipeline {
    let recipe = Recipe(name, images)
    return try ImagePipeline(
      recipe.stretched(images), side: recipe.side,
      augmentation: recipe.augmentation(choice, operations),
      normalisation: recipe.normalisation ?? .measured(in: recipe.stretched(training)))
  }

  /// The pipeline that makes the two views of each image which contrastive learning compares:
  /// resized crop, flip (but of digits), changed colours, grey. Without a stream of random numbers
  /// it makes what features are taken of.
  /// - Parameters:
  ///   - area: the least share of an image's area that a view shows.
  ///   - flips: whether every other view is mirrored; nil: where mirror images are of something.
  ///   - colours: how colours are changed.
  ///   - normalisation: nil for the usual one, which for grey images is measured.
  ///   - others: as for `standard`.
  /// - Precondition: `area` is above 0 and at most 1; `normalisation` has as many channels as the
  ///   images.
  /// - Throws: as `standard`.
  package static func views(
    for name: String, images: ImageSet, training: ImageSet, area: Double = 0.2,
    flips: Bool? = nil, colours: ColourChange = .view, normalisation: Normalisation? = nil
  ) throws -> ImagePipeline {
    let recipe = Recipe(name, images)
    let usual = images.channels == 3 ? Normalisation.contrastive : nil
    return try ImagePipeline(
      recipe.stretched(images), side: recipe.side,
      augmentation: Augmentation(
        crop: .resized(area: area...1), flips: flips ?? !recipe.isDigits, colours: colours),
      normalisation: normalisation ?? usual ?? .measured(in: recipe.stretched(training)))
  }
}

extension ColourChange {
  /// The changes of a view in contrastive learning on small images.
  package static let view = ColourChange(
    brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1, blurs: false)
}

/// What the table of a data set says.
private struct Recipe {
  var crop = Augmentation.Crop.none
  var flips = false
  var side: Int?
  /// Nil where it is measured.
  var normalisation: Normalisation?
  /// The level of white.
  var white: UInt8 = 255
  /// Whether mirror images would be of nothing.
  var isDigits = false
  /// How much is put around an image where somebody wants a crop that the table does not have.
  var margin: Int

  private static let smallestSide = 32

  init(_ name: String, _ images: ImageSet) {
    let shorter = min(images.height, images.width)
    if shorter < Self.smallestSide { side = Self.smallestSide }
    margin = max(shorter, side ?? 0) / 8
    setCrop(name, images)
    setNumbers(name, images)
  }

  private mutating func setCrop(_ name: String, _ images: ImageSet) {
    switch name {
    case "digits", "mnist": isDigits = true
    case "fashion_mnist": break
    case "svhn":
      crop = .padded(margin)
      isDigits = true
    case "food101n", "webvision_google", "webvision_flickr":
      (crop, flips) = (.resized(area: 0.08...1), true)
    case _ where images.isReadFromFiles: (crop, flips) = (.resized(area: 0.5...1), true)
    case _ where images.channels == 3: (crop, flips) = (.padded(margin), true)
    default: break
    }
  }

  private mutating func setNumbers(_ name: String, _ images: ImageSet) {
    switch name {
    case "mnist" where images.channels == 1:
      normalisation = Normalisation(mean: [0.1307], deviation: [0.3081])
    case "digits": white = 16
    case "svhn" where images.channels == 3:
      normalisation = Normalisation(
        mean: [0.4376, 0.4437, 0.4728], deviation: [0.1980, 0.2010, 0.1970])
    case "cifar10", "cifar10n", "cifar100", "cifar100n", "stl10":
      normalisation = images.channels == 3 ? .cifar : nil
    case _ where images.isReadFromFiles && images.channels == 3: normalisation = .photographs
    default: break
    }
  }

  func augmentation(_ choice: AugmentationChoice?, _ operations: RandAugment) -> Augmentation {
    let usual = Augmentation(crop: crop, flips: flips)
    let ownCrop = crop == .none ? .padded(margin) : crop
    return switch choice {
    case nil: usual
    case .some(.none): Augmentation()
    case .flip: Augmentation(crop: crop, flips: true)
    case .crop: Augmentation(crop: ownCrop)
    case .randaug: Augmentation(crop: crop, flips: flips, operations: operations)
    case .simclr: Augmentation(crop: ownCrop, flips: !isDigits, colours: ColourChange())
    }
  }

  /// `images` with levels from 0 to 255.
  func stretched(_ images: ImageSet) throws -> ImageSet {
    guard white < 255 else { return images }
    let white = Int(white)
    let levels = (0..<256).map { UInt8(min(255, ($0 * 255 + white / 2) / white)) }
    return ImageSet(
      count: images.count, height: images.height, width: images.width,
      channels: images.channels, pixels: try images.bytes().map { levels[Int($0)] })
  }
}
