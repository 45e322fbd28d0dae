b-default/core/base/names.o: core/base/names.c b-default/config.h \
 core/base/names.h core/base/text.h proto/base/addr.h proto/base/values.h
b-default/config.h:
core/base/names.h:
core/base/text.h:
proto/base/addr.h:
proto/base/values.h:
