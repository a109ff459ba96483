import CommandLanguage
import Datasets
import LinearAlgebra

extension LoadPlan {
  /// Fetches what is missing, if `download=true` was typed.
  /// - Returns: what the user should know about what came.
  func download(_ environment: Environment) throws -> [String] {
    guard bound.arguments.flag("download"), let name = implementation.download else { return [] }
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
