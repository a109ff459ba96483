import CNettle

/// A digest of bytes that come piece by piece. A value: a copy goes on by itself.
package protocol RunningDigest {
  /// Of no bytes yet.
  init()

  /// Adds `bytes` behind those before. O(bytes).
  mutating func update(_ bytes: UnsafeRawBufferPointer)

  /// The digest of all bytes so far, which more may follow: two lower-case hexadecimal digits a byte.
  var hexadecimal: String { get }
}

/// SHA-256 (FIPS 180-4), 64 hexadecimal digits.
package struct SHA256: RunningDigest, Sendable {
  private var state = sha256_ctx()

  package init() { nettle_sha256_init(&state) }

  package mutating func update(_ bytes: UnsafeRawBufferPointer) {
    nettle_sha256_update(&state, bytes.count, bytes.baseAddress)
  }

  package var hexadecimal: String {
    var state = state  // which asking would empty
    return digits(of: Int(SHA256_DIGEST_SIZE)) { winnow_sha256_digest(&state, $0) }
  }
}

/// MD5 (RFC 1321), 32 hexadecimal digits: tells the files of published data sets from damaged ones,
/// and withstands nobody who means harm.
struct MD5: RunningDigest {
  private var state = md5_ctx()

  init() { nettle_md5_init(&state) }

  mutating func update(_ bytes: UnsafeRawBufferPointer) {
    nettle_md5_update(&state, bytes.count, bytes.baseAddress)
  }

  var hexadecimal: String {
    var state = state
    return digits(of: Int(MD5_DIGEST_SIZE)) { winnow_md5_digest(&state, $0) }
  }
}

private func digits(of count: Int, writing write: (UnsafeMutablePointer<UInt8>) -> Void) -> String {
  withUnsafeTemporaryAllocation(of: UInt8.self, capacity: count) { bytes in
    guard let start = bytes.baseAddress else { return "" }
    write(start)
    return bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
