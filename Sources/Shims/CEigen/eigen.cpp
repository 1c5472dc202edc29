#define EIGEN_USE_BLAS
#define EIGEN_DONT_PARALLELIZE
#include <eigen3/Eigen/Dense>

#include <new>

#include "CEigen.h"

using Matrix = Eigen::MatrixXd;
using Input = Eigen::Map<const Matrix>;
using Output = Eigen::Map<Matrix>;

namespace {

// No exception crosses into Swift.
template <typename Body>
int guarded(Body body) noexcept {
    try {
        return body();
    } catch (const std::bad_alloc &) {
        return CEIGEN_NO_MEMORY;
    } catch (...) {
        return CEIGEN_FAILED;
    }
}

int deliver(const Matrix &value, double *out) {
    if (!value.allFinite()) return CEIGEN_NOT_FINITE;
    Output(out, value.rows(), value.cols()) = value;
    return CEIGEN_OK;
}

}  // namespace

int ceigen_solve(int n, int k, const double *a, const double *b, double least_rcond, double *x, double *rcond) {
    if (n < 1 || k < 1) return CEIGEN_BAD_SHAPE;
    return guarded([&] {
        const Eigen::PartialPivLU<Matrix> lu{Input(a, n, n)};
        *rcond = lu.rcond();
        if (!(*rcond >= least_rcond)) return static_cast<int>(CEIGEN_SINGULAR);
        return deliver(lu.solve(Input(b, n, k)), x);
    });
}

int ceigen_least_squares(int m, int n, int k, const double *a, const double *b, double tolerance, double *x, int *rank) {
    if (m < 1 || n < 1 || k < 1) return CEIGEN_BAD_SHAPE;
    return guarded([&] {
        Eigen::CompleteOrthogonalDecomposition<Matrix> split;
        split.setThreshold(tolerance);
        split.compute(Input(a, m, n));
        *rank = static_cast<int>(split.rank());
        return deliver(split.solve(Input(b, m, k)), x);
    });
}

int ceigen_singular_values(int m, int n, const double *a, double *u, double *s, double *v) {
    if (m < 1 || n < 1) return CEIGEN_BAD_SHAPE;
    return guarded([&] {
        const Eigen::BDCSVD<Matrix> svd(Input(a, m, n), Eigen::ComputeThinU | Eigen::ComputeThinV);
        if (svd.info() != Eigen::Success) return static_cast<int>(CEIGEN_NO_CONVERGENCE);
        const bool finite = svd.matrixU().allFinite() && svd.matrixV().allFinite() && svd.singularValues().allFinite();
        if (!finite) return static_cast<int>(CEIGEN_NOT_FINITE);
        deliver(svd.matrixU(), u);
        deliver(svd.matrixV(), v);
        return deliver(svd.singularValues(), s);
    });
}

int ceigen_symmetric_eigen(int n, const double *a, double *w, double *q) {
    if (n < 1) return CEIGEN_BAD_SHAPE;
    return guarded([&] {
        const Eigen::SelfAdjointEigenSolver<Matrix> eigen{Matrix(Input(a, n, n))};
        if (eigen.info() != Eigen::Success) return static_cast<int>(CEIGEN_NO_CONVERGENCE);
        if (!eigen.eigenvectors().allFinite() || !eigen.eigenvalues().allFinite()) return static_cast<int>(CEIGEN_NOT_FINITE);
        deliver(eigen.eigenvectors(), q);
        return deliver(eigen.eigenvalues(), w);
    });
}

int ceigen_cholesky(int n, const double *a, double *l) {
    if (n < 1) return CEIGEN_BAD_SHAPE;
    return guarded([&] {
        const Eigen::LLT<Matrix> llt{Input(a, n, n)};
        if (llt.info() != Eigen::Success) return static_cast<int>(CEIGEN_NOT_POSITIVE_DEFINITE);
        return deliver(llt.matrixL(), l);
    });
}
