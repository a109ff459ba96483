#include <nettle/md5.h>
#include <nettle/sha2.h>
#include <nettle/version.h>

// Since version 4 a digest is always whole, and its length is not asked for.
static inline void winnow_sha256_digest(struct sha256_ctx *state, uint8_t *digest) {
#if NETTLE_VERSION_MAJOR >= 4
  nettle_sha256_digest(state, digest);
#else
  nettle_sha256_digest(state, SHA256_DIGEST_SIZE, digest);
#endif
}

static inline void winnow_md5_digest(struct md5_ctx *state, uint8_t *digest) {
#if NETTLE_VERSION_MAJOR >= 4
  nettle_md5_digest(state, digest);
#else
  nettle_md5_digest(state, MD5_DIGEST_SIZE, digest);
#endif
}
