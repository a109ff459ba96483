import CommandLanguage
import Datasets
import LinearAlgebra

extension LoadPlan {
  /// Fetches the files of the data set that are not in the folder for downloads.
  /// - Returns: what the user should know about what came.
  func download(_ environment: Environment) throws -> [String] {
    guard let name = implementation.download else { return [] }
    guard let place = environment.downloads else {
      throw Diagnostic(
        .refused, "nothing is downloaded here", at: bound.arguments.ranges["download"])
    }
    let download = try Download(
      dataset: name, directory: bound.arguments.text("path") ?? place.folder, mirror: place.mirror)
    do {
      return try download.run()
    } catch is Interrupted {
      throw Diagnostic(
        .interrupted, "interrupted while downloading", at: bound.range, notes: download.leftovers)
    }
  }
}
