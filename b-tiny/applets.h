APPLET(mcproxy, "mcproxy")
