b-tiny/core/base/names.o: core/base/names.c b-tiny/config.h \
 core/base/names.h core/base/text.h proto/base/addr.h proto/base/values.h
b-tiny/config.h:
core/base/names.h:
core/base/text.h:
proto/base/addr.h:
proto/base/values.h:
