b-small/core/main.o: core/main.c b-small/config.h core/base/applet.h \
 b-small/applets.h core/base/output.h core/base/text.h proto/base/addr.h \
 proto/base/values.h
b-small/config.h:
core/base/applet.h:
b-small/applets.h:
core/base/output.h:
core/base/text.h:
proto/base/addr.h:
proto/base/values.h:
