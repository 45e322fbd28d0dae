b-tiny/core/main.o: core/main.c b-tiny/config.h core/base/applet.h \
 b-tiny/applets.h core/base/output.h core/base/text.h proto/base/addr.h \
 proto/base/values.h
b-tiny/config.h:
core/base/applet.h:
b-tiny/applets.h:
core/base/output.h:
core/base/text.h:
proto/base/addr.h:
proto/base/values.h:
