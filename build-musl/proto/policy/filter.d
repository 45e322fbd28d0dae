build-musl/proto/policy/filter.o: proto/policy/filter.c \
 build-musl/config.h proto/policy/filter.h proto/proxy.h \
 proto/base/addr.h proto/base/counter.h proto/base/values.h
build-musl/config.h:
proto/policy/filter.h:
proto/proxy.h:
proto/base/addr.h:
proto/base/counter.h:
proto/base/values.h:
