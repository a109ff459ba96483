import Glibc

/// Names and contents of the files of a run directory.
enum RunFiles {
  static let labeled = "lSet.npy"
  static let unlabeled = "uSet.npy"
  static let purchases = "activeSet.npy"
  static let clean = "l_set_clean_is_clean.npy"
  static let accuracies = "test_accuracies.npy"
  static let delta = "delta_per_episode_list.npy"
  static let meanRadius = "avg_delta_per_episode_list.npy"
  static let radiusDeviation = "std_delta_per_episode_list.npy"
  static let radii = "delta_list.npy"
  static let noisyLabels = "noisy_labels.npy"
  static let counts = [
    "clean_true_positives.npy", "clean_false_positives.npy", "clean_true_negatives.npy",
    "clean_false_negatives.npy",
  ]

  /// Larger than any pool; what stands above is no index.
  static let largestIndex = 1 << 40

  static func join(_ folder: String, _ name: String) -> String {
    folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
  }

  /// `NUMBER` of `episode_NUMBER`, written as the reference writes it; nil for other names.
  static func episode(_ name: String) -> Int? {
    let prefix = "episode_"
    guard name.hasPrefix(prefix), let number = Int(name.dropFirst(prefix.count)),
      (0..<1 << 32).contains(number),
      name == prefix + String(number)
    else { return nil }
    return number
  }

  /// Whether a file of this name holds frozen labels that are named after how they were made.
  static func isDescribedLabels(_ name: String) -> Bool {
    name.hasSuffix(".npy") && name.contains("_noise_type_") && name.contains("_noise_rate_")
      && name.contains("_noisy_labels_seed_")
  }

  /// Whether a file of this name says which part of the training split was the pool.
  static func isSubset(_ name: String) -> Bool {
    name.hasSuffix(".npy") && name.contains("_subset_") && name.contains("_indices_seed_")
  }

  /// The names in a folder, sorted.
  /// - Throws: `FileError` of kind `missing` where there is no folder that can be read.
  static func names(in folder: String) throws -> [String] {
    guard let directory = opendir(folder) else {
      let code = errno
      let reason = code == ENOENT ? "no such folder" : String(cString: strerror(code))
      throw FileError(
        .missing, path: folder, expected: "a folder that can be read", found: reason)
    }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted()
  }
}

/// One folder of a run directory: an array is nil where its file is not there.
struct RunFolder {
  let path: String
  let names: Set<String>

  init(_ path: String) throws {
    self.path = path
    names = Set(try RunFiles.names(in: path))
  }

  func file(_ name: String) -> String { RunFiles.join(path, name) }

  /// Whole numbers in one dimension, also where they lie in an array of objects.
  func integers(_ name: String) throws -> [Int]? { try array(name)?.integers() }

  /// Indices into the pool: distinct, and below `samples` where that is known.
  func indices(_ name: String, below samples: Int?) throws -> [Int]? {
    guard let indices = try integers(name) else { return nil }
    let largest = samples.map { $0 - 1 } ?? RunFiles.largestIndex
    var seen = Set<Int>(minimumCapacity: indices.count)
    for (place, index) in indices.enumerated() {
      guard index >= 0, index <= largest else {
        throw error(name, at: place, "an index from 0 to \(largest)", "\(index)")
      }
      guard seen.insert(index).inserted else {
        throw error(name, at: place, "each index once", "\(index) again")
      }
    }
    return indices
  }

  /// Truth values in one dimension.
  func truths(_ name: String) throws -> [Bool]? {
    try integers(name).map { values in
      try values.enumerated().map { place, value in
        guard value == 0 || value == 1 else {
          throw error(name, at: place, "a truth value, 0 or 1", "\(value)")
        }
        return value == 1
      }
    }
  }

  /// Real or whole numbers in one dimension.
  func numbers(_ name: String) throws -> [Double]? { try array(name)?.doubles() }

  /// Text in one dimension.
  func texts(_ name: String) throws -> [String]? {
    try array(name)?.strings()
  }

  func error(_ name: String, at place: Int? = nil, _ expected: String, _ found: String)
    -> FileError
  {
    FileError(
      .format, path: file(name), at: place.map { .element($0) }, expected: expected, found: found)
  }

  func array(_ name: String) throws -> StoredArray? {
    guard names.contains(name) else { return nil }
    let array = try StoredArray(file(name))
    guard array.shape.count == 1 else {
      let sizes = array.shape.map(String.init).joined(separator: " × ")
      throw error(
        name, "one dimension", sizes.isEmpty ? "a single number" : "an array of \(sizes)")
    }
    return array
  }
}
