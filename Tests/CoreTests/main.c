#include "support.h"

#include <string.h>

/* The C library by itself, under sanitizers and with more than one compiler; the tests in Swift
 * go through its wrappers. With the argument `every-ipv4` only that test, and all of it. */
int main(int count, char **arguments) {
  if (count == 2 && strcmp(arguments[1], "every-ipv4") == 0) {
    test_every_ipv4(true);
  } else {
    test_cidr_sets();
    test_every_ipv4(false);
    test_port_sets();
    test_address_text();
    test_ranks();
  }
  puts("the tests of the C core passed");
  return 0;
}
