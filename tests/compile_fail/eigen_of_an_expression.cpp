// expect: encore: an expression of Eigen has no memory to view; eval() it first
#include <encore/interop/eigen.hpp>

int main() {
  encore::EigenMatrix<float> matrix(2, 3);
  encore::as_view(matrix + matrix);
}
