/// The directories in which data sets are looked for, most important first.
package struct DataDirectories: Sendable {
  /// Where to look, in this order.
  package var paths: [String]

  /// Stores the paths.
  package init(paths: [String]) { self.paths = paths }

  /// The places where a data set may be that is kept in one of `folders`.
  ///
  /// A path that the user named is itself the place, or the directory above it. A data directory is
  /// only itself the place where its own name says so: several data sets have files of the same
  /// names, and one must not be taken for another.
  func candidates(_ folders: [String], path: String?) -> [String] {
    if let path { return [path] + folders.map { Self.join(path, $0) } }
    return paths.flatMap { directory in
      let isFolder = folders.contains { ("/" + directory).hasSuffix("/" + $0) }
      return folders.map { Self.join(directory, $0) } + (isFolder ? [directory] : [])
    }
  }

  private static func join(_ directory: String, _ folder: String) -> String {
    directory.hasSuffix("/") ? directory + folder : "\(directory)/\(folder)"
  }
}
