b-small/core/base/text.o: core/base/text.c b-small/config.h \
 core/base/text.h proto/base/addr.h proto/base/values.h
b-small/config.h:
core/base/text.h:
proto/base/addr.h:
proto/base/values.h:
