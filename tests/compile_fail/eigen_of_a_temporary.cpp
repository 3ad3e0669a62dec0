// expect: encore: the matrix dies with this statement, and its view with it
#include <encore/interop/eigen.hpp>

int main() { encore::as_view(encore::EigenMatrix<float>(2, 3)); }
