import CKernels

/// Which variant of the C kernels runs here: `default`, `avx2` or `avx512`, the best that the
/// processor has unless the environment variable `WINNOW_KERNELS` names a lesser one.
package enum Kernels {
  package static var name: String { String(cString: ck_kernels_name()) }

  /// Whether coverage graphs look at pairs in bfloat16 first.
  package static var multipliesRounded: Bool { ck_multiplies_rounded() }
}
