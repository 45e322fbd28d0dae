b-default/proto/policy/filter.o: proto/policy/filter.c b-default/config.h \
 proto/policy/filter.h proto/base/config.h proto/base/addr.h \
 proto/base/values.h
b-default/config.h:
proto/policy/filter.h:
proto/base/config.h:
proto/base/addr.h:
proto/base/values.h:
