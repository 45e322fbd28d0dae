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
#define SIZE(ours, theirs) CHECK(sizeof(struct abi_##ours) == sizeof(struct theirs), "%s", #theirs)
#define FIELD(type, field)                                                          \
	CHECK(offsetof(struct abi_##type, field) == offsetof(struct type, field) && \
		      sizeof(((struct abi_##type *)0)->field) ==                    \
			      sizeof(((struct type *)0)->field),                    \
	      "%s.%s", #type, #field)

static void test_mroute(void)
{
	TEST("multicast routing, IPv4");
	NUMBER(MRT_INIT);
	NUMBER(MRT_DONE);
	NUMBER(MRT_ADD_VIF);
	NUMBER(MRT_DEL_VIF);
	NUMBER(MRT_ADD_MFC);
	NUMBER(MRT_DEL_MFC);
	NUMBER(MRT_VERSION);
	NUMBER(MRT_ASSERT);
	NUMBER(MRT_PIM);
	NUMBER(MRT_TABLE);
	NUMBER(MRT_ADD_MFC_PROXY);
	NUMBER(MRT_DEL_MFC_PROXY);
	NUMBER(MRT_FLUSH);
	NUMBER(SIOCGETSGCNT);
	NUMBER(SIOCGETVIFCNT);
	NUMBER(VIFF_USE_IFINDEX);
	NUMBER(MAXVIFS);
	NUMBER(IGMPMSG_NOCACHE);
	NUMBER(IGMPMSG_WRONGVIF);
	SIZE(vifctl, vifctl);
	SIZE(mfcctl, mfcctl);
	SIZE(sioc_sg_req, sioc_sg_req);
	SIZE(sioc_vif_req, sioc_vif_req);
	SIZE(igmpmsg, igmpmsg);
	FIELD(vifctl, vifc_flags);
	FIELD(vifctl, vifc_threshold);
	FIELD(vifctl, vifc_lcl_ifindex);
	FIELD(mfcctl, mfcc_origin);
	FIELD(mfcctl, mfcc_mcastgrp);
	FIELD(mfcctl, mfcc_parent);
	FIELD(mfcctl, mfcc_ttls);
	FIELD(sioc_sg_req, src);
	FIELD(sioc_sg_req, grp);
	FIELD(sioc_sg_req, pktcnt);
	FIELD(sioc_sg_req, bytecnt);
	FIELD(sioc_sg_req, wrong_if);
	FIELD(sioc_vif_req, vifi);
	FIELD(sioc_vif_req, icount);
	FIELD(sioc_vif_req, ocount);
	FIELD(sioc_vif_req, ibytes);
	FIELD(sioc_vif_req, obytes);
	FIELD(igmpmsg, im_msgtype);
	FIELD(igmpmsg, im_mbz);
	FIELD(igmpmsg, im_vif);
	FIELD(igmpmsg, im_src);
	FIELD(igmpmsg, im_dst);
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
	SIZE(mif6ctl, mif6ctl);
	SIZE(mf6cctl, mf6cctl);
	SIZE(sioc_sg_req6, sioc_sg_req6);
	SIZE(sioc_vif_req, sioc_mif_req6);
	CHECK(offsetof(struct abi_sioc_vif_req, vifi) == offsetof(struct sioc_mif_req6, mifi) &&
	      offsetof(struct abi_sioc_vif_req, icount) == offsetof(struct sioc_mif_req6, icount) &&
	      offsetof(struct abi_sioc_vif_req, obytes) == offsetof(struct sioc_mif_req6, obytes));
	SIZE(mrt6msg, mrt6msg);
	FIELD(mif6ctl, mif6c_mifi);
	FIELD(mif6ctl, mif6c_flags);
	FIELD(mif6ctl, vifc_threshold);
	FIELD(mif6ctl, mif6c_pifi);
	FIELD(mf6cctl, mf6cc_origin);
	FIELD(mf6cctl, mf6cc_mcastgrp);
	FIELD(mf6cctl, mf6cc_parent);
	CHECK(offsetof(struct abi_mf6cctl, mf6cc_ifset) == offsetof(struct mf6cctl, mf6cc_ifset));
	FIELD(sioc_sg_req6, src);
	FIELD(sioc_sg_req6, grp);
	FIELD(sioc_sg_req6, pktcnt);
	FIELD(sioc_sg_req6, bytecnt);
	FIELD(sioc_sg_req6, wrong_if);
	FIELD(mrt6msg, im6_mbz);
	FIELD(mrt6msg, im6_msgtype);
	FIELD(mrt6msg, im6_mif);
	FIELD(mrt6msg, im6_src);
	FIELD(mrt6msg, im6_dst);
}

static void test_netlink_numbers(void)
{
	TEST("netlink: numbers");
	NUMBER(NETLINK_ROUTE);
	NUMBER(SOL_NETLINK);
	NUMBER(NETLINK_GET_STRICT_CHK);
	NUMBER(NLM_F_REQUEST);
	NUMBER(NLM_F_MULTI);
	NUMBER(NLM_F_ACK);
	NUMBER(NLM_F_DUMP_INTR);
	NUMBER(NLM_F_DUMP);
	NUMBER(NLM_F_EXCL);
	NUMBER(NLM_F_CREATE);
	NUMBER(NLMSG_ERROR);
	NUMBER(NLMSG_DONE);
	NUMBER(RTM_NEWLINK);
	NUMBER(RTM_DELLINK);
	NUMBER(RTM_GETLINK);
	NUMBER(RTM_NEWADDR);
	NUMBER(RTM_DELADDR);
	NUMBER(RTM_GETADDR);
	NUMBER(RTM_NEWROUTE);
	NUMBER(RTM_GETROUTE);
	NUMBER(RTM_NEWRULE);
	NUMBER(RTM_DELRULE);
	NUMBER(RTM_GETRULE);
	NUMBER(RTM_NEWNETCONF);
	NUMBER(RTMGRP_LINK);
	NUMBER(RTMGRP_IPV4_IFADDR);
	NUMBER(RTMGRP_IPV6_IFADDR);
	NUMBER(RTNLGRP_IPV4_RULE);
	NUMBER(RTNLGRP_IPV6_RULE);
	NUMBER(RTNLGRP_IPV4_NETCONF);
	NUMBER(RTNLGRP_IPV6_NETCONF);
	NUMBER(NETCONFA_IFINDEX);
	TEST("rtnetlink: numbers");
	NUMBER(IFLA_IFNAME);
	NUMBER(IFLA_MTU);
	NUMBER(IFLA_MASTER);
	NUMBER(IFLA_EXT_MASK);
	NUMBER(RTEXT_FILTER_SKIP_STATS);
	NUMBER(IFA_ADDRESS);
	NUMBER(IFA_LOCAL);
	NUMBER(IFA_FLAGS);
	NUMBER(IFA_F_SECONDARY);
	NUMBER(IFA_F_OPTIMISTIC);
	NUMBER(IFA_F_DADFAILED);
	NUMBER(IFA_F_DEPRECATED);
	NUMBER(IFA_F_TENTATIVE);
	NUMBER(RTA_DST);
	NUMBER(RTA_SRC);
	NUMBER(RTA_IIF);
	NUMBER(RTA_OIF);
	NUMBER(RTA_MULTIPATH);
	NUMBER(RTA_TABLE);
	NUMBER(RTN_UNICAST);
	NUMBER(RTN_MULTICAST);
	NUMBER(RTNH_F_UNRESOLVED);
	NUMBER(RT_TABLE_DEFAULT);
	NUMBER(RT_TABLE_MAIN);
	NUMBER(RT_SCOPE_LINK);
	NUMBER(RTNL_FAMILY_IPMR);
	NUMBER(RTNL_FAMILY_IP6MR);
	NUMBER(RTPROT_MROUTED);
	NUMBER(FRA_IIFNAME);
	NUMBER(FRA_PRIORITY);
	NUMBER(FRA_TABLE);
	NUMBER(FRA_OIFNAME);
	NUMBER(FRA_PROTOCOL);
	NUMBER(FR_ACT_TO_TBL);
	NUMBER(IFF_LOWER_UP);
}

static void test_netlink_structures(void)
{
	TEST("netlink: structures");
	SIZE(sockaddr_nl, sockaddr_nl);
	SIZE(nlmsghdr, nlmsghdr);
	SIZE(rtattr, rtattr);
	SIZE(ifinfomsg, ifinfomsg);
	SIZE(ifaddrmsg, ifaddrmsg);
	SIZE(rtmsg, rtmsg);
	SIZE(rtnexthop, rtnexthop);
	SIZE(fib_rule_hdr, fib_rule_hdr);
	FIELD(sockaddr_nl, nl_pid);
	FIELD(sockaddr_nl, nl_groups);
	FIELD(nlmsghdr, nlmsg_len);
	FIELD(nlmsghdr, nlmsg_type);
	FIELD(nlmsghdr, nlmsg_flags);
	FIELD(nlmsghdr, nlmsg_seq);
	FIELD(rtattr, rta_len);
	FIELD(rtattr, rta_type);
	FIELD(ifinfomsg, ifi_family);
	FIELD(ifinfomsg, ifi_index);
	FIELD(ifinfomsg, ifi_flags);
	FIELD(ifaddrmsg, ifa_family);
	FIELD(ifaddrmsg, ifa_prefixlen);
	FIELD(ifaddrmsg, ifa_flags);
	FIELD(ifaddrmsg, ifa_scope);
	FIELD(ifaddrmsg, ifa_index);
	FIELD(rtmsg, rtm_family);
	FIELD(rtmsg, rtm_dst_len);
	FIELD(rtmsg, rtm_table);
	FIELD(rtmsg, rtm_type);
	FIELD(rtmsg, rtm_flags);
	FIELD(rtnexthop, rtnh_len);
	FIELD(rtnexthop, rtnh_flags);
	FIELD(rtnexthop, rtnh_hops);
	FIELD(rtnexthop, rtnh_ifindex);
	FIELD(fib_rule_hdr, family);
	FIELD(fib_rule_hdr, table);
	FIELD(fib_rule_hdr, action);
	FIELD(fib_rule_hdr, flags);
}

static void test_filter(void)
{
	TEST("socket filters");
	NUMBER(BPF_LD);
	NUMBER(BPF_ALU);
	NUMBER(BPF_AND);
	NUMBER(BPF_W);
	NUMBER(BPF_B);
	NUMBER(BPF_ABS);
	NUMBER(BPF_JMP);
	NUMBER(BPF_JEQ);
	NUMBER(BPF_K);
	NUMBER(BPF_RET);
	NUMBER(SKF_AD_OFF);
	NUMBER(SKF_AD_IFINDEX);
	SIZE(sock_filter, sock_filter);
	SIZE(sock_fprog, sock_fprog);
	FIELD(sock_filter, jt);
	FIELD(sock_filter, jf);
	FIELD(sock_filter, k);
	FIELD(sock_fprog, filter);
}

static void test_seccomp(void)
{
	TEST("filters of system calls");
	NUMBER(PR_SET_SECCOMP);
	NUMBER(SECCOMP_MODE_FILTER);
	NUMBER(SECCOMP_RET_ALLOW);
	CHECK(ABI_SECCOMP_RET_KILL_PROCESS == SECCOMP_RET_KILL_PROCESS);
	SIZE(seccomp_data, seccomp_data);
	FIELD(seccomp_data, nr);
	FIELD(seccomp_data, arch);
	FIELD(seccomp_data, instruction_pointer);
	FIELD(seccomp_data, args);
	TEST("architectures");
	NUMBER(EM_386);
	NUMBER(EM_MIPS);
	NUMBER(EM_ARM);
	NUMBER(EM_X86_64);
	NUMBER(EM_AARCH64);
	NUMBER(EM_RISCV);
	CHECK(ABI_AUDIT_ARCH_64BIT == __AUDIT_ARCH_64BIT && ABI_AUDIT_ARCH_LE == __AUDIT_ARCH_LE);
	CHECK((ABI_EM_X86_64 | ABI_AUDIT_ARCH_64BIT | ABI_AUDIT_ARCH_LE) == AUDIT_ARCH_X86_64);
	CHECK((ABI_EM_386 | ABI_AUDIT_ARCH_LE) == AUDIT_ARCH_I386);
	CHECK((ABI_EM_AARCH64 | ABI_AUDIT_ARCH_64BIT | ABI_AUDIT_ARCH_LE) == AUDIT_ARCH_AARCH64);
	CHECK((ABI_EM_ARM | ABI_AUDIT_ARCH_LE) == AUDIT_ARCH_ARM);
	CHECK((ABI_EM_MIPS | ABI_AUDIT_ARCH_LE) == AUDIT_ARCH_MIPSEL);
	CHECK(ABI_EM_MIPS == AUDIT_ARCH_MIPS);
	CHECK((ABI_EM_RISCV | ABI_AUDIT_ARCH_64BIT | ABI_AUDIT_ARCH_LE) == AUDIT_ARCH_RISCV64);
}

static void test_capabilities(void)
{
	TEST("capabilities");
	CHECK(ABI_CAPABILITY_VERSION_3 == _LINUX_CAPABILITY_VERSION_3);
	NUMBER(CAP_NET_ADMIN);
	NUMBER(CAP_NET_RAW);
	CHECK(sizeof(struct abi_cap_header) == sizeof(struct __user_cap_header_struct));
	CHECK(sizeof(struct abi_cap_data) == sizeof(struct __user_cap_data_struct));
	CHECK(offsetof(struct abi_cap_data, permitted) ==
	      offsetof(struct __user_cap_data_struct, permitted));
}

int main(void)
{
	test_capabilities();
	test_filter();
	test_seccomp();
	test_mroute();
	test_mroute6();
	test_netlink_numbers();
	test_netlink_structures();
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
