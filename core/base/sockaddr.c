/* SPDX-License-Identifier: MIT */
/* struct addr in the kernel's socket addresses; see sockaddr.h. */
#include <netinet/in.h>

#include "core/base/sockaddr.h"

int sockaddr_family(const struct addr *addr)
{
	return addr_is_ipv4(addr) ? AF_INET : AF_INET6;
}

socklen_t sockaddr_put(struct sockaddr_storage *result, const struct addr *addr, uint16_t port,
		       unsigned ifindex)
{
	struct sockaddr_in ipv4 = {.sin_family = AF_INET, .sin_port = htons(port)};
	struct sockaddr_in6 ipv6 = {
		.sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_scope_id = ifindex};

	memset(result, 0, sizeof(*result));
	if (addr_is_ipv4(addr)) {
		memcpy(&ipv4.sin_addr, addr->byte + 12, 4);
		memcpy(result, &ipv4, sizeof(ipv4));
		return sizeof(ipv4);
	}
	memcpy(&ipv6.sin6_addr, addr->byte, 16);
	memcpy(result, &ipv6, sizeof(ipv6));
	return sizeof(ipv6);
}

struct addr sockaddr_get(const struct sockaddr_storage *sockaddr)
{
	struct sockaddr_in ipv4;
	struct sockaddr_in6 ipv6;
	struct addr addr = addr_ipv4(0);

	if (sockaddr->ss_family == AF_INET) {
		memcpy(&ipv4, sockaddr, sizeof(ipv4));
		memcpy(addr.byte + 12, &ipv4.sin_addr, 4);
	} else if (sockaddr->ss_family == AF_INET6) {
		memcpy(&ipv6, sockaddr, sizeof(ipv6));
		memcpy(addr.byte, &ipv6.sin6_addr, 16);
	}
	return addr;
}
