b-default/core/privilege/pidfile.o: core/privilege/pidfile.c \
 b-default/config.h core/privilege/pidfile.h core/config/conf.h \
 proto/base/config.h proto/base/addr.h proto/base/values.h \
 core/base/log.h core/base/format.h
b-default/config.h:
core/privilege/pidfile.h:
core/config/conf.h:
proto/base/config.h:
proto/base/addr.h:
proto/base/values.h:
core/base/log.h:
core/base/format.h:
