#include <cstddef>
#include <cstdint>
#include <hwy/contrib/sort/vqsort.h>

extern "C" void sort_with_highway(int64_t *values, size_t count) {
  hwy::Sorter()(values, count, hwy::SortAscending());
}
