/* SPDX-License-Identifier: MIT */
/* core/kernel/abi.h against the kernel's own headers, where there are any. */
#include "core/kernel/abi.h"
#include "test.h"

#if __has_include(<linux/mroute6.h>)
/* clang-format off: in this order they do not clash. */
#include <stddef.h>
#include <linux/in.h>
#include <linux/mroute.h>
#include <linux/mroute6.h>
#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/netconf.h>
#include <linux/rtnetlink.h>
#include <linux/fib_rules.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <linux/audit.h>
#include <linux/prctl.h>
#include <linux/capability.h>
/* clang-format on */

#define NUMBER(name) CHECK((long)ABI_##name == (long)name, "%s", #name)
#define NUMBERS(a, b, c, d)                                                                       \
	CHECK((long)ABI_##a == (long)a && (long)ABI_##b == (long)b && (long)ABI_##c == (long)c && \
		      (long)ABI_##d == (long)d,                                                   \
	      "%s", #a " " #b " " #c " " #d)
/* X(a), X(b) and so on, of at most six that are no macros. */
#define EACH_1(X, a) X(a)
#define EACH_2(X, a, ...) X(a), EACH_1(X, __VA_ARGS__)
#define EACH_3(X, a, ...) X(a), EACH_2(X, __VA_ARGS__)
#define EACH_4(X, a, ...) X(a), EACH_3(X, __VA_ARGS__)
#define EACH_5(X, a, ...) X(a), EACH_4(X, __VA_ARGS__)
#define EACH_6(X, a, ...) X(a), EACH_5(X, __VA_ARGS__)
#define EACH_OF(a, b, c, d, e, f, each, ...) each
#define EACH(X, ...) \
	EACH_OF(__VA_ARGS__, EACH_6, EACH_5, EACH_4, EACH_3, EACH_2, EACH_1, 0)(X, __VA_ARGS__)
#define SIZE(ours, theirs) CHECK(sizeof(struct abi_##ours) == sizeof(struct theirs), "%s", #theirs)
#define SAME_SIZE(type) SIZE(type, type)
#define SIZES(...) EACH(SAME_SIZE, __VA_ARGS__)
#define FIELD(name)                                                             \
	CHECK(offsetof(ours, name) == offsetof(theirs, name) &&                 \
		      sizeof(((ours *)0)->name) == sizeof(((theirs *)0)->name), \
	      "%s", #name)
#define FIELDS(type, ...)                       \
	do {                                    \
		typedef struct abi_##type ours; \
		typedef struct type theirs;     \
		EACH(FIELD, __VA_ARGS__);       \
	} while (0)

static void test_mroute(void)
{
	TEST("multicast routing, IPv4");
	NUMBERS(MRT_INIT, MRT_DONE, MRT_ADD_VIF, MRT_DEL_VIF);
	NUMBERS(MRT_ADD_MFC, MRT_DEL_MFC, MRT_VERSION, MRT_ASSERT);
	NUMBERS(MRT_PIM, MRT_TABLE, MRT_ADD_MFC_PROXY, MRT_DEL_MFC_PROXY);
	NUMBERS(MRT_FLUSH, SIOCGETSGCNT, SIOCGETVIFCNT, VIFF_USE_IFINDEX);
	NUMBER(MAXVIFS);
	NUMBER(IGMPMSG_NOCACHE);
	NUMBER(IGMPMSG_WRONGVIF);
	SIZES(vifctl, mfcctl, sioc_sg_req, sioc_vif_req, igmpmsg);
	FIELDS(vifctl, vifc_flags, vifc_threshold, vifc_lcl_ifindex);
	FIELDS(mfcctl, mfcc_origin, mfcc_mcastgrp, mfcc_parent, mfcc_ttls);
	FIELDS(sioc_sg_req, src, grp, pktcnt, bytecnt, wrong_if);
	FIELDS(sioc_vif_req, vifi, icount, ocount, ibytes, obytes);
	FIELDS(igmpmsg, im_msgtype, im_mbz, im_vif, im_src, im_dst);
}

static void test_mroute6(void)
{
	TEST("multicast routing, IPv6: the same numbers");
	CHECK(ABI_MRT_INIT == MRT6_INIT && ABI_MRT_DONE == MRT6_DONE);
	CHECK(ABI_MRT_ADD_VIF == MRT6_ADD_MIF && ABI_MRT_DEL_VIF == MRT6_DEL_MIF);
	CHECK(ABI_MRT_ADD_MFC == MRT6_ADD_MFC && ABI_MRT_DEL_MFC == MRT6_DEL_MFC);
	CHECK(ABI_MRT_VERSION == MRT6_VERSION && ABI_MRT_ASSERT == MRT6_ASSERT);
	CHECK(ABI_MRT_PIM == MRT6_PIM && ABI_MRT_TABLE == MRT6_TABLE);
	CHECK(ABI_MRT_ADD_MFC_PROXY == MRT6_ADD_MFC_PROXY);
	CHECK(ABI_MRT_DEL_MFC_PROXY == MRT6_DEL_MFC_PROXY);
	CHECK(ABI_MRT_FLUSH == MRT6_FLUSH && ABI_MRT_FLUSH_MFC == MRT6_FLUSH_MFC);
	CHECK(ABI_SIOCGETSGCNT == SIOCGETSGCNT_IN6 && ABI_MAXVIFS == MAXMIFS);
	CHECK(ABI_SIOCGETVIFCNT == SIOCGETMIFCNT_IN6);
	CHECK(ABI_IGMPMSG_NOCACHE == MRT6MSG_NOCACHE && ABI_IGMPMSG_WRONGVIF == MRT6MSG_WRONGMIF);
	TEST("multicast routing, IPv6: structures of its own");
	SIZE(sioc_vif_req, sioc_mif_req6);
	CHECK(offsetof(struct abi_sioc_vif_req, vifi) == offsetof(struct sioc_mif_req6, mifi) &&
	      offsetof(struct abi_sioc_vif_req, icount) == offsetof(struct sioc_mif_req6, icount) &&
	      offsetof(struct abi_sioc_vif_req, obytes) == offsetof(struct sioc_mif_req6, obytes));
	CHECK(offsetof(struct abi_mf6cctl, mf6cc_ifset) == offsetof(struct mf6cctl, mf6cc_ifset));
	SIZES(mif6ctl, mf6cctl, sioc_sg_req6, mrt6msg);
	FIELDS(mif6ctl, mif6c_mifi, mif6c_flags, vifc_threshold, mif6c_pifi);
	FIELDS(mf6cctl, mf6cc_origin, mf6cc_mcastgrp, mf6cc_parent);
	FIELDS(sioc_sg_req6, src, grp, pktcnt, bytecnt, wrong_if);
	FIELDS(mrt6msg, im6_mbz, im6_msgtype, im6_mif, im6_src, im6_dst);
}

static void test_netlink_numbers(void)
{
	TEST("netlink: numbers");
	NUMBERS(NETLINK_ROUTE, SOL_NETLINK, NETLINK_GET_STRICT_CHK, NLM_F_REQUEST);
	NUMBERS(NLM_F_MULTI, NLM_F_ACK, NLM_F_DUMP_INTR, NLM_F_DUMP);
	NUMBERS(NLM_F_EXCL, NLM_F_CREATE, NLMSG_ERROR, NLMSG_DONE);
	NUMBERS(RTM_NEWLINK, RTM_DELLINK, RTM_GETLINK, RTM_NEWADDR);
	NUMBERS(RTM_DELADDR, RTM_GETADDR, RTM_NEWROUTE, RTM_GETROUTE);
	NUMBERS(RTM_NEWRULE, RTM_DELRULE, RTM_GETRULE, RTM_NEWNETCONF);
	NUMBERS(RTMGRP_LINK, RTMGRP_IPV4_IFADDR, RTMGRP_IPV6_IFADDR, RTNLGRP_IPV4_RULE);
	NUMBERS(RTNLGRP_IPV6_RULE, RTNLGRP_IPV4_NETCONF, RTNLGRP_IPV6_NETCONF, NETCONFA_IFINDEX);
	TEST("rtnetlink: numbers");
	NUMBERS(IFLA_IFNAME, IFLA_MTU, IFLA_MASTER, IFLA_EXT_MASK);
	NUMBERS(IFLA_EVENT, IFLA_EVENT_BONDING_FAILOVER, IFLA_EVENT_NOTIFY_PEERS,
		IFLA_EVENT_IGMP_RESEND);
	NUMBER(RTM_DELNETCONF);
	NUMBER(IFLA_LINKINFO);
	NUMBER(IFLA_INFO_SLAVE_KIND);
	NUMBERS(RTEXT_FILTER_SKIP_STATS, IFA_ADDRESS, IFA_LOCAL, IFA_FLAGS);
	NUMBERS(IFA_F_SECONDARY, IFA_F_OPTIMISTIC, IFA_F_DADFAILED, IFA_F_DEPRECATED);
	NUMBERS(IFA_F_TENTATIVE, RTA_DST, RTA_SRC, RTA_IIF);
	NUMBERS(RTA_OIF, RTA_MULTIPATH, RTA_TABLE, RTN_UNICAST);
	NUMBERS(RTN_MULTICAST, RTNH_F_UNRESOLVED, RT_TABLE_DEFAULT, RT_TABLE_MAIN);
	NUMBERS(RT_SCOPE_LINK, RTNL_FAMILY_IPMR, RTNL_FAMILY_IP6MR, RTPROT_MROUTED);
	NUMBERS(FRA_IIFNAME, FRA_PRIORITY, FRA_TABLE, FRA_OIFNAME);
	NUMBER(FRA_PROTOCOL);
	NUMBER(FR_ACT_TO_TBL);
	NUMBER(IFF_LOWER_UP);
}

static void test_netlink_structures(void)
{
	TEST("netlink: structures");
	SIZES(sockaddr_nl, nlmsghdr, rtattr, ifinfomsg, ifaddrmsg, rtmsg);
	SIZES(rtnexthop, fib_rule_hdr);
	FIELDS(sockaddr_nl, nl_pid, nl_groups);
	FIELDS(nlmsghdr, nlmsg_len, nlmsg_type, nlmsg_flags, nlmsg_seq);
	FIELDS(rtattr, rta_len, rta_type);
	FIELDS(ifinfomsg, ifi_family, ifi_index, ifi_flags);
	FIELDS(ifaddrmsg, ifa_family, ifa_prefixlen, ifa_flags, ifa_scope, ifa_index);
	FIELDS(rtmsg, rtm_family, rtm_dst_len, rtm_table, rtm_type, rtm_flags);
	FIELDS(rtnexthop, rtnh_len, rtnh_flags, rtnh_hops, rtnh_ifindex);
	FIELDS(fib_rule_hdr, family, table, action, flags);
}

static void test_filter(void)
{
	TEST("socket filters");
	NUMBERS(BPF_LD, BPF_ALU, BPF_AND, BPF_W);
	NUMBERS(BPF_B, BPF_ABS, BPF_JMP, BPF_JEQ);
	NUMBERS(BPF_K, BPF_RET, SKF_AD_OFF, SKF_AD_IFINDEX);
	SIZES(sock_filter, sock_fprog);
	FIELDS(sock_filter, jt, jf, k);
	FIELDS(sock_fprog, filter);
}

static void test_seccomp(void)
{
	TEST("filters of system calls");
	CHECK(ABI_SECCOMP_RET_KILL_PROCESS == SECCOMP_RET_KILL_PROCESS);
	NUMBER(PR_SET_SECCOMP);
	NUMBER(SECCOMP_MODE_FILTER);
	NUMBER(SECCOMP_RET_ALLOW);
	SIZES(seccomp_data);
	FIELDS(seccomp_data, nr, arch, instruction_pointer, args);
	TEST("architectures");
	CHECK(ABI_AUDIT_ARCH_64BIT == __AUDIT_ARCH_64BIT && ABI_AUDIT_ARCH_LE == __AUDIT_ARCH_LE);
	CHECK((ABI_EM_X86_64 | ABI_AUDIT_ARCH_64BIT | ABI_AUDIT_ARCH_LE) == AUDIT_ARCH_X86_64);
	CHECK((ABI_EM_386 | ABI_AUDIT_ARCH_LE) == AUDIT_ARCH_I386);
	CHECK((ABI_EM_AARCH64 | ABI_AUDIT_ARCH_64BIT | ABI_AUDIT_ARCH_LE) == AUDIT_ARCH_AARCH64);
	CHECK((ABI_EM_ARM | ABI_AUDIT_ARCH_LE) == AUDIT_ARCH_ARM);
	CHECK((ABI_EM_MIPS | ABI_AUDIT_ARCH_LE) == AUDIT_ARCH_MIPSEL);
	CHECK(ABI_EM_MIPS == AUDIT_ARCH_MIPS);
	CHECK((ABI_EM_RISCV | ABI_AUDIT_ARCH_64BIT | ABI_AUDIT_ARCH_LE) == AUDIT_ARCH_RISCV64);
	NUMBERS(EM_386, EM_MIPS, EM_ARM, EM_X86_64);
	NUMBER(EM_AARCH64);
	NUMBER(EM_RISCV);
}

static void test_capabilities(void)
{
	TEST("capabilities");
	CHECK(ABI_CAPABILITY_VERSION_3 == _LINUX_CAPABILITY_VERSION_3);
	CHECK(sizeof(struct abi_cap_header) == sizeof(struct __user_cap_header_struct));
	CHECK(sizeof(struct abi_cap_data) == sizeof(struct __user_cap_data_struct));
	CHECK(offsetof(struct abi_cap_data, permitted) ==
	      offsetof(struct __user_cap_data_struct, permitted));
	NUMBER(CAP_NET_ADMIN);
	NUMBER(CAP_NET_RAW);
}

int main(void)
{
	RUN(test_capabilities, test_filter, test_seccomp, test_mroute, test_mroute6,
	    test_netlink_numbers, test_netlink_structures);
	return test_end();
}

#else

int main(void)
{
	TEST("the kernel's headers are not here; the sizes held at compile time");
	CHECK(ABI_MRT_INIT == 200);
	return test_end();
}

#endif
