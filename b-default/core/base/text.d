b-default/core/base/text.o: core/base/text.c b-default/config.h \
 core/base/text.h proto/base/addr.h proto/base/values.h
b-default/config.h:
core/base/text.h:
proto/base/addr.h:
proto/base/values.h:
