#!/bin/sh
# SPDX-License-Identifier: MIT
#
# enter.sh COMMAND [ARGUMENT...]: runs COMMAND as root of a network and a mount namespace of its own
# (and of a user namespace, unless started by root), with lo up and an empty /run, so that `ip netns`
# works and nothing is left behind. Exits with COMMAND's status, or with 77 and one line that says
# what is missing. Within itself it just runs COMMAND.
set -u

missing()
{
	echo "cannot make network namespaces: $1"
	exit 77
}

[ -z "${MCPROXY_ENTERED-}" ] || exec "$@"

PATH=$PATH:/usr/sbin:/sbin # which an ordinary user's may lack, though bridge is only there
for tool in unshare ip bridge mount; do
	case $tool in
	ip | bridge) package=iproute2 ;;
	mount) package=mount ;;
	*) package=util-linux ;;
	esac
	command -v $tool >/dev/null || missing "no $tool: apt-get install $package"
done
export PATH

# Root may lack the privilege, in a container, and still be allowed a user namespace.
namespaces=-nm
if [ "$(id -u)" != 0 ] || ! unshare $namespaces true 2>/dev/null; then
	namespaces=-Urnm
	unshare $namespaces true 2>/dev/null ||
		missing 'not root, and no user namespaces (sysctl kernel.unprivileged_userns_clone, user.max_user_namespaces)'
fi

# shellcheck disable=SC2016 # expanded inside
exec env MCPROXY_ENTERED=1 unshare $namespaces sh -c '
	mount -t tmpfs tmpfs /run && ip link set lo up && exec "$@"
	echo "cannot make network namespaces: no tmpfs on /run, or no lo"
	exit 77' enter.sh "$@"
