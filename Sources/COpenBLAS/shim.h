// The parts of OpenBLAS that Winnow calls. LAPACK comes in the same library, but its C header is
// in another Debian package, so its one routine is declared here in the Fortran convention.
#include <cblas.h>

void dsyevd_(const char *job, const char *triangle, const int *order, double *matrix,
             const int *leading, double *eigenvalues, double *work, const int *workCount,
             int *integerWork, const int *integerWorkCount, int *info);
