b-small/applets/mcproxy-stat.o: applets/mcproxy-stat.c b-small/config.h \
 core/base/applet.h b-small/applets.h core/base/format.h \
 core/base/option.h core/base/output.h core/base/text.h proto/base/addr.h \
 proto/base/values.h core/control/control_ask.h core/control/requests.h \
 core/control/socket.h
b-small/config.h:
core/base/applet.h:
b-small/applets.h:
core/base/format.h:
core/base/option.h:
core/base/output.h:
core/base/text.h:
proto/base/addr.h:
proto/base/values.h:
core/control/control_ask.h:
core/control/requests.h:
core/control/socket.h:
