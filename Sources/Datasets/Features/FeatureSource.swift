/// Where a data set's embedding comes from: `pca:D`, `pixels`, or a file.
package enum FeatureSource: Sendable, Equatable {
  /// The leading principal components of the pixels, or without images of the features that came
  /// with the data.
  case pca(Int)
  /// The pixels as they are.
  case pixels
  /// A file, or `FILE:key`, of any kind that arrays are read from, with one row per training sample.
  case file(String)

  /// Understands what a user types: `pca:D`, `pixels`, else the name of a file.
  /// - Throws: `OptionError` where `pca:` is followed by no whole number from 1 on.
  package init(_ text: String) throws {
    let lowercased = text.lowercased()
    if lowercased == "pixels" {
      self = .pixels
    } else if lowercased == "pca" || lowercased.hasPrefix("pca:") {
      guard let dimensions = Int(text.dropFirst(4)), dimensions >= 1 else {
        throw OptionError(
          option: "features", value: text, allowed: "pca:D with a whole number D from 1 on")
      }
      self = .pca(dimensions)
    } else {
      self = .file(text)
    }
  }

  /// As a user types it.
  package var text: String {
    switch self {
    case .pca(let dimensions): "pca:\(dimensions)"
    case .pixels: "pixels"
    case .file(let location): location
    }
  }
}
