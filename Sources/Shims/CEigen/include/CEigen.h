// Dense linear algebra by Eigen, with OpenBLAS behind its products and triangular solves.
//
// Matrices are column by column. Every function returns a status, catches every exception, keeps nothing, and writes its
// results only where it returns CEIGEN_OK. Finite input is the caller's duty, finite output is checked here.
#ifndef CEIGEN_H
#define CEIGEN_H

#ifdef __cplusplus
extern "C" {
#endif

enum {
    CEIGEN_OK = 0,
    CEIGEN_BAD_SHAPE = 1,
    CEIGEN_SINGULAR = 2,
    CEIGEN_NOT_POSITIVE_DEFINITE = 3,
    CEIGEN_NO_CONVERGENCE = 4,
    CEIGEN_NOT_FINITE = 5,
    CEIGEN_NO_MEMORY = 6,
    CEIGEN_FAILED = 7,
};

/// A x = b for square A (n×n), b and x (n×k), by LU with partial pivoting; *rcond estimates 1/condition in the 1-norm.
/// CEIGEN_SINGULAR where it is below `least_rcond`; *rcond is written in that case too.
int ceigen_solve(int n, int k, const double *a, const double *b, double least_rcond, double *x, double *rcond);

/// The least-squares solution of smallest norm of A x ≈ b, A (m×n), b (m×k), x (n×k), by complete orthogonal decomposition;
/// pivots below `tolerance` times the largest count as zero. *rank is A's rank.
int ceigen_least_squares(int m, int n, int k, const double *a, const double *b, double tolerance, double *x, int *rank);

/// A = U diag(s) Vᵀ with k = min(m, n): U (m×k), s (k) falling, V (n×k), by divide and conquer.
int ceigen_singular_values(int m, int n, const double *a, double *u, double *s, double *v);

/// A = Q diag(w) Qᵀ of a symmetric A (its lower triangle is read): w (n) rising, Q (n×n) with eigenvectors as columns.
int ceigen_symmetric_eigen(int n, const double *a, double *w, double *q);

/// A = L Lᵀ of a symmetric positive definite A (its lower triangle is read): L (n×n), zero above its diagonal.
int ceigen_cholesky(int n, const double *a, double *l);

#ifdef __cplusplus
}
#endif
#endif
