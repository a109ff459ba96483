import CKernels

/// The library that networks run on.
package enum NetworkLibrary {
  /// The version of oneDNN that is linked.
  package static var version: String {
    var version: [Int32] = [0, 0, 0]
    ck_plan_library(&version)
    return version.map(String.init).joined(separator: ".")
  }

  /// Whether it multiplies bfloat16 here.
  package static var multipliesBrainFloats: Bool { ck_multiplies_brain_floats() }
}
