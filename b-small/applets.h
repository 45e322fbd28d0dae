APPLET(mcproxy, "mcproxy")
APPLET(mcproxy_stat, "mcproxy-stat")
APPLET(mcproxy_check, "mcproxy-check")
