import Glibc

/// Keeps a file from asking for more memory than the machine has, which would end the program.
enum MemoryLimit {
  static let physicalBytes = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))

  /// - Throws: `FileError` of kind `tooLarge` where `count` elements of `Element` do not fit.
  static func check<Element>(_ count: Int, of _: Element.Type, path: String) throws {
    let (bytes, overflow) = count.multipliedReportingOverflow(by: MemoryLayout<Element>.stride)
    guard !overflow, bytes <= physicalBytes else {
      throw FileError(
        .tooLarge, path: path,
        expected: "at most \(physicalBytes) bytes, the memory of this machine",
        found: "\(count) elements of \(MemoryLayout<Element>.stride) bytes")
    }
  }
}
