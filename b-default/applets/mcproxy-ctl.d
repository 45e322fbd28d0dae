b-default/applets/mcproxy-ctl.o: applets/mcproxy-ctl.c b-default/config.h \
 core/base/applet.h b-default/applets.h core/base/format.h \
 core/base/option.h core/base/output.h core/control/control_ask.h \
 core/control/requests.h core/control/socket.h
b-default/config.h:
core/base/applet.h:
b-default/applets.h:
core/base/format.h:
core/base/option.h:
core/base/output.h:
core/control/control_ask.h:
core/control/requests.h:
core/control/socket.h:
