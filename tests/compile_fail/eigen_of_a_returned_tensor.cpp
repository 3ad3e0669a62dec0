// expect: use of deleted function|call to deleted (member )?function
#include <encore/interop/eigen.hpp>

int main() { return int(as_eigen(encore::Tensor<float>(encore::Shape{2, 3})).rows()); }
