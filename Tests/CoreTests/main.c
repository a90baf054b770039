#include "support.h"

/* The C library by itself, under sanitizers and with more than one compiler; the tests in Swift
 * go through its wrappers. */
int main(void) {
  test_cidr_sets();
  test_port_sets();
  test_address_text();
  test_ranks();
  puts("the tests of the C core passed");
  return 0;
}
