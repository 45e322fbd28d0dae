/* SPDX-License-Identifier: MIT */
/*
 * Our copy of the kernel ABI: what multicast routing and rtnetlink need and libc does not declare
 * (musl has no linux/ headers). The names are the kernel's, with ABI_ in front, so that both can be
 * included together: tests/unit/abi.c holds them against linux/mroute.h, mroute6.h and rtnetlink.h.
 */
#ifndef CORE_ABI_H
#define CORE_ABI_H

#include <netinet/in.h>
#include <stdint.h>

/* ---- linux/mroute.h, linux/mroute6.h ---- */

/* Options of level IPPROTO_IP and, with the same numbers, of level IPPROTO_IPV6. */
enum {
	ABI_MRT_INIT = 200,
	ABI_MRT_DONE,
	ABI_MRT_ADD_VIF,
	ABI_MRT_DEL_VIF,
	ABI_MRT_ADD_MFC,
	ABI_MRT_DEL_MFC,
	ABI_MRT_VERSION,
	ABI_MRT_ASSERT,
	ABI_MRT_PIM,
	ABI_MRT_TABLE,
	ABI_MRT_ADD_MFC_PROXY,
	ABI_MRT_DEL_MFC_PROXY,
	ABI_MRT_FLUSH
};

enum { ABI_MRT_FLUSH_MFC = 1 };

enum {
	ABI_SIOCGETVIFCNT = 0x89e0, /* IPv6: SIOCGETMIFCNT_IN6 */
	ABI_SIOCGETSGCNT = 0x89e1,  /* IPv6: SIOCGETSGCNT_IN6 */
	ABI_VIFF_USE_IFINDEX = 0x8,
	ABI_MAXVIFS = 32,
	ABI_IGMPMSG_NOCACHE = 1, /* IPv6: MRT6MSG_NOCACHE */
	ABI_IGMPMSG_WRONGVIF = 2
};

struct abi_vifctl {
	uint16_t vifc_vifi;
	uint8_t vifc_flags, vifc_threshold;
	uint32_t vifc_rate_limit;
	int32_t vifc_lcl_ifindex; /* a union with the local address */
	uint32_t vifc_rmt_addr;
};

struct abi_mfcctl {
	uint32_t mfcc_origin, mfcc_mcastgrp;
	uint16_t mfcc_parent;
	uint8_t mfcc_ttls[ABI_MAXVIFS];
	uint32_t mfcc_pkt_cnt, mfcc_byte_cnt, mfcc_wrong_if;
	int32_t mfcc_expire;
};

struct abi_sioc_sg_req {
	uint32_t src, grp;
	unsigned long pktcnt, bytecnt, wrong_if;
};

/* And struct sioc_mif_req6. */
struct abi_sioc_vif_req {
	uint16_t vifi;
	unsigned long icount, ocount, ibytes, obytes;
};

/* An upcall: the IPv4 header of the packet, of which these bytes are written over. */
struct abi_igmpmsg {
	uint32_t unused1, unused2;
	uint8_t im_msgtype, im_mbz, im_vif, im_vif_hi;
	uint8_t im_src[4], im_dst[4];
};

struct abi_mif6ctl {
	uint16_t mif6c_mifi;
	uint8_t mif6c_flags, vifc_threshold;
	uint16_t mif6c_pifi; /* ifindex: those above 65535 cannot be had */
	uint32_t vifc_rate_limit;
};

struct abi_mf6cctl {
	struct sockaddr_in6 mf6cc_origin, mf6cc_mcastgrp;
	uint16_t mf6cc_parent;
	uint32_t mf6cc_ifset[256 / 32];
};

struct abi_sioc_sg_req6 {
	struct sockaddr_in6 src, grp;
	unsigned long pktcnt, bytecnt, wrong_if;
};

struct abi_mrt6msg {
	uint8_t im6_mbz, im6_msgtype;
	uint16_t im6_mif;
	uint32_t im6_pad;
	uint8_t im6_src[16], im6_dst[16];
};

_Static_assert(sizeof(struct abi_vifctl) == 16, "struct vifctl");
_Static_assert(sizeof(struct abi_mfcctl) == 60, "struct mfcctl");
_Static_assert(sizeof(struct abi_igmpmsg) == 20, "struct igmpmsg");
_Static_assert(sizeof(struct abi_mif6ctl) == 12, "struct mif6ctl");
_Static_assert(sizeof(struct abi_mf6cctl) == 92, "struct mf6cctl");
_Static_assert(sizeof(struct abi_mrt6msg) == 40, "struct mrt6msg");

/* ---- linux/capability.h ---- */

enum { ABI_CAPABILITY_VERSION_3 = 0x20080522, ABI_CAP_NET_ADMIN = 12, ABI_CAP_NET_RAW = 13 };

struct abi_cap_header {
	uint32_t version;
	int pid;
};

struct abi_cap_data {
	uint32_t effective, permitted, inheritable;
};

/* ---- linux/filter.h, linux/bpf_common.h ---- */

enum {
	ABI_BPF_LD = 0x00,
	ABI_BPF_ALU = 0x04,
	ABI_BPF_AND = 0x50,
	ABI_BPF_W = 0x00,
	ABI_BPF_B = 0x10,
	ABI_BPF_ABS = 0x20,
	ABI_BPF_JMP = 0x05,
	ABI_BPF_JEQ = 0x10,
	ABI_BPF_K = 0x00,
	ABI_BPF_RET = 0x06,
	ABI_SKF_AD_OFF = -0x1000,
	ABI_SKF_AD_IFINDEX = 8
};

struct abi_sock_filter {
	uint16_t code;
	uint8_t jt, jf;
	uint32_t k;
};

struct abi_sock_fprog {
	unsigned short len;
	struct abi_sock_filter *filter;
};

_Static_assert(sizeof(struct abi_sock_filter) == 8, "struct sock_filter");

/* ---- linux/seccomp.h, linux/audit.h ---- */

enum {
	ABI_PR_SET_SECCOMP = 22,
	ABI_SECCOMP_MODE_FILTER = 2,
	ABI_SECCOMP_RET_ALLOW = 0x7fff0000,
	ABI_EM_386 = 3,
	ABI_EM_MIPS = 8,
	ABI_EM_ARM = 40,
	ABI_EM_X86_64 = 62,
	ABI_EM_AARCH64 = 183,
	ABI_EM_RISCV = 243
};

#define ABI_SECCOMP_RET_KILL_PROCESS 0x80000000u
#define ABI_AUDIT_ARCH_64BIT 0x80000000u
#define ABI_AUDIT_ARCH_LE 0x40000000u

struct abi_seccomp_data {
	int32_t nr;
	uint32_t arch;
	uint64_t instruction_pointer, args[6];
};

/* ---- linux/: netlink.h, rtnetlink.h, if_link.h, if_addr.h, if.h, fib_rules.h ---- */

enum {
	ABI_NETLINK_ROUTE = 0,
	ABI_SOL_NETLINK = 270,
	ABI_NETLINK_GET_STRICT_CHK = 12,
	ABI_NLM_F_REQUEST = 0x1,
	ABI_NLM_F_MULTI = 0x2,
	ABI_NLM_F_ACK = 0x4,
	ABI_NLM_F_DUMP_INTR = 0x10,
	ABI_NLM_F_DUMP = 0x300,
	ABI_NLM_F_EXCL = 0x200,
	ABI_NLM_F_CREATE = 0x400,
	ABI_NLMSG_ERROR = 2,
	ABI_NLMSG_DONE = 3,
	ABI_RTM_NEWLINK = 16,
	ABI_RTM_DELLINK,
	ABI_RTM_GETLINK,
	ABI_RTM_NEWADDR = 20,
	ABI_RTM_DELADDR,
	ABI_RTM_GETADDR,
	ABI_RTM_NEWROUTE = 24,
	ABI_RTM_GETROUTE = 26,
	ABI_RTM_NEWRULE = 32,
	ABI_RTM_DELRULE,
	ABI_RTM_GETRULE,
	ABI_RTM_NEWNETCONF = 80,
	ABI_RTM_DELNETCONF,
	ABI_RTMGRP_LINK = 0x1,
	ABI_RTMGRP_IPV4_IFADDR = 0x10,
	ABI_RTMGRP_IPV6_IFADDR = 0x100,
	ABI_RTNLGRP_IPV4_RULE = 8,
	ABI_RTNLGRP_IPV6_RULE = 19,
	ABI_RTNLGRP_IPV4_NETCONF = 24,
	ABI_RTNLGRP_IPV6_NETCONF = 25,
	ABI_NETCONFA_IFINDEX = 1,
	ABI_IFLA_IFNAME = 3,
	ABI_IFLA_MTU = 4,
	ABI_IFLA_MASTER = 10,
	ABI_IFLA_LINKINFO = 18,
	ABI_IFLA_INFO_KIND = 1,
	ABI_IFLA_INFO_DATA = 2,
	ABI_IFLA_INFO_SLAVE_KIND = 4,
	ABI_IFLA_BR_MCAST_SNOOPING = 23,
	ABI_IFLA_BR_MCAST_QUERIER = 25,
	ABI_IFLA_BR_MCAST_IGMP_VERSION = 43,
	ABI_IFLA_BR_MCAST_MLD_VERSION = 44,
	ABI_IFLA_EXT_MASK = 29,
	ABI_IFLA_EVENT = 44,
	ABI_IFLA_EVENT_BONDING_FAILOVER = 3,
	ABI_IFLA_EVENT_NOTIFY_PEERS = 4,
	ABI_IFLA_EVENT_IGMP_RESEND = 5,
	ABI_RTEXT_FILTER_SKIP_STATS = 8,
	ABI_IFA_ADDRESS = 1,
	ABI_IFA_LOCAL = 2,
	ABI_IFA_FLAGS = 8,
	ABI_IFA_F_SECONDARY = 0x01,
	ABI_IFA_F_OPTIMISTIC = 0x04,
	ABI_IFA_F_DADFAILED = 0x08,
	ABI_IFA_F_DEPRECATED = 0x20,
	ABI_IFA_F_TENTATIVE = 0x40,
	ABI_RTA_DST = 1,
	ABI_RTA_SRC = 2,
	ABI_RTA_IIF = 3,
	ABI_RTA_OIF = 4,
	ABI_RTA_MULTIPATH = 9,
	ABI_RTA_TABLE = 15,
	ABI_RTN_UNICAST = 1,
	ABI_RTN_MULTICAST = 5,
	ABI_RTNH_F_UNRESOLVED = 32,
	ABI_RT_TABLE_DEFAULT = 253, /* of multicast routing with IPv4 */
	ABI_RT_TABLE_MAIN = 254,    /* with IPv6 */
	ABI_RT_SCOPE_LINK = 253,
	ABI_RTNL_FAMILY_IPMR = 128,
	ABI_RTNL_FAMILY_IP6MR = 129,
	ABI_RTPROT_MROUTED = 17,
	ABI_FRA_IIFNAME = 3,
	ABI_FRA_PRIORITY = 6,
	ABI_FRA_TABLE = 15,
	ABI_FRA_OIFNAME = 17,
	ABI_FRA_PROTOCOL = 21,
	ABI_FR_ACT_TO_TBL = 1,
	ABI_IFF_LOWER_UP = 1 << 16
};

struct abi_sockaddr_nl {
	uint16_t nl_family, nl_pad;
	uint32_t nl_pid, nl_groups;
};

struct abi_nlmsghdr {
	uint32_t nlmsg_len;
	uint16_t nlmsg_type, nlmsg_flags;
	uint32_t nlmsg_seq, nlmsg_pid;
};

struct abi_rtattr {
	uint16_t rta_len, rta_type;
};

struct abi_ifinfomsg {
	uint8_t ifi_family, ifi_pad;
	uint16_t ifi_type;
	int32_t ifi_index;
	uint32_t ifi_flags, ifi_change;
};

struct abi_ifaddrmsg {
	uint8_t ifa_family, ifa_prefixlen, ifa_flags, ifa_scope;
	uint32_t ifa_index;
};

struct abi_rtmsg {
	uint8_t rtm_family, rtm_dst_len, rtm_src_len, rtm_tos;
	uint8_t rtm_table, rtm_protocol, rtm_scope, rtm_type;
	uint32_t rtm_flags;
};

struct abi_rtnexthop {
	uint16_t rtnh_len;
	uint8_t rtnh_flags, rtnh_hops;
	int32_t rtnh_ifindex;
};

struct abi_fib_rule_hdr {
	uint8_t family, dst_len, src_len, tos;
	uint8_t table, res1, res2, action;
	uint32_t flags;
};

_Static_assert(sizeof(struct abi_sockaddr_nl) == 12, "struct sockaddr_nl");
_Static_assert(sizeof(struct abi_nlmsghdr) == 16, "struct nlmsghdr");
_Static_assert(sizeof(struct abi_rtattr) == 4, "struct rtattr");
_Static_assert(sizeof(struct abi_ifinfomsg) == 16, "struct ifinfomsg");
_Static_assert(sizeof(struct abi_ifaddrmsg) == 8, "struct ifaddrmsg");
_Static_assert(sizeof(struct abi_rtmsg) == 12, "struct rtmsg");
_Static_assert(sizeof(struct abi_fib_rule_hdr) == 12, "struct fib_rule_hdr");

#endif
