#ifndef ADDRESS_H
#define ADDRESS_H

#include "detect_core.h"

/* The order of addresses and the arithmetic of prefixes, for the structures of this library. */

#define IPV4_BITS 32
#define ADDRESS_BITS 128

/* ::ffff:0:0/96 holds IPv4, and nothing else does. */
static inline bool is_ipv4(core_address address) {
  return address.high == 0 && address.low >> IPV4_BITS == 0xffff;
}

static inline bool same_address(core_address a, core_address b) {
  return a.high == b.high && a.low == b.low;
}

/* All of IPv4 precedes all of IPv6, so that neither family lies inside a range of the other. */
static inline bool precedes(core_address a, core_address b) {
  bool ipv4 = is_ipv4(a);
  if (ipv4 != is_ipv4(b)) {
    return ipv4;
  }
  return a.high != b.high ? a.high < b.high : a.low < b.low;
}

/* Whether no address lies between `last` and `first`, given that `last` precedes `first`. In IPv6
 * the addresses on the two sides of the IPv4 block are neighbours. */
static inline bool touches(core_address last, core_address first) {
  if (is_ipv4(last) != is_ipv4(first)) {
    return false;
  }
  core_address next = {last.high + (last.low == UINT64_MAX), last.low + 1};
  if (is_ipv4(next) && !is_ipv4(last)) {
    next.low += (uint64_t)1 << IPV4_BITS;
  }
  return same_address(next, first);
}

/* The host bits of a prefix of `length` at most 128. Shifts stay below the width of the type. */
static inline core_address host_bits(uint32_t length) {
  core_address host = {0, 0};
  if (length < 64) {
    host.high = UINT64_MAX >> length;
    host.low = UINT64_MAX;
  } else if (length < ADDRESS_BITS) {
    host.low = UINT64_MAX >> (length - 64);
  }
  return host;
}

static inline core_address network_of(core_address address, uint32_t length) {
  core_address host = host_bits(length);
  return (core_address){address.high & ~host.high, address.low & ~host.low};
}

/* The first and last address of a prefix. A few IPv6 networks (::/80, ::fffe:0:0/95 and those
 * between) end with the IPv4 block, which is no part of them. */
static inline core_range range_of(core_address network, uint32_t length) {
  core_address host = host_bits(length);
  core_range range = {network, {network.high | host.high, network.low | host.low}};
  if (is_ipv4(range.last) && !is_ipv4(network)) {
    range.last.low = ((uint64_t)0xffff << IPV4_BITS) - 1;
  }
  return range;
}

/* Whether the prefix contains the address; ::/0 and its like contain none of IPv4. */
static inline bool prefix_contains(core_address network, uint32_t length, core_address address) {
  return is_ipv4(network) == is_ipv4(address) && same_address(network_of(address, length), network);
}

#endif
