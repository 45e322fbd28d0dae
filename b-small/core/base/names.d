b-small/core/base/names.o: core/base/names.c b-small/config.h \
 core/base/names.h core/base/text.h proto/base/addr.h proto/base/values.h
b-small/config.h:
core/base/names.h:
core/base/text.h:
proto/base/addr.h:
proto/base/values.h:
