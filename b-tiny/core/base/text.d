b-tiny/core/base/text.o: core/base/text.c b-tiny/config.h \
 core/base/text.h proto/base/addr.h proto/base/values.h
b-tiny/config.h:
core/base/text.h:
proto/base/addr.h:
proto/base/values.h:
