// OpenBLAS: the product of matrices, and how many threads it may take.
#include <cblas.h>
