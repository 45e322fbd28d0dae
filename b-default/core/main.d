b-default/core/main.o: core/main.c b-default/config.h core/base/applet.h \
 b-default/applets.h core/base/output.h core/base/text.h \
 proto/base/addr.h proto/base/values.h
b-default/config.h:
core/base/applet.h:
b-default/applets.h:
core/base/output.h:
core/base/text.h:
proto/base/addr.h:
proto/base/values.h:
