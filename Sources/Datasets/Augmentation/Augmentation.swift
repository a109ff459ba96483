import LinearAlgebra

/// How a training image is changed at random before a network sees it. Nothing of it is done to
/// images that are predicted or tested.
///
/// Changes are made in the order of the properties, and that is the order in which they draw.
package struct Augmentation: Sendable, Equatable {
  /// Which part of an image is taken.
  package enum Crop: Sendable, Equatable {
    /// All of it.
    case none
    /// A part of the image's own size, after so many black pixels were put around it. Draws the
    /// first row, then the first column.
    case padded(Int)
    /// A part of this share of the image's area and of about its proportions, resized: see
    /// `PixelBox`.
    case resized(area: ClosedRange<Double>)
  }

  /// Which part is taken.
  package var crop: Crop
  /// Whether every other image is mirrored, left to right. Draws once.
  package var flips: Bool
  /// Changes to the 8-bit pixels, drawn from a list.
  package var operations: RandAugment?
  /// Changes to colours and sharpness.
  package var colours: ColourChange?

  /// Stores the parts.
  package init(
    crop: Crop = .none, flips: Bool = false, operations: RandAugment? = nil,
    colours: ColourChange? = nil
  ) {
    self.crop = crop
    self.flips = flips
    self.operations = operations
    self.colours = colours
  }
}
