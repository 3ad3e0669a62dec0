// expect: encore: a MatrixView is of rows; the matrix must be Eigen::RowMajor
#include <encore/interop/eigen.hpp>

int main() {
  Eigen::MatrixXf columns(2, 3);
  encore::as_view(columns);
}
