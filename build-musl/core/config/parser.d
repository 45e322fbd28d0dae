build-musl/core/config/parser.o: core/config/parser.c build-musl/config.h \
 core/base/format.h core/config/parser.h core/config/conf.h proto/proxy.h \
 proto/base/addr.h proto/base/counter.h proto/base/values.h \
 core/base/log.h core/base/scan.h core/base/text.h
build-musl/config.h:
core/base/format.h:
core/config/parser.h:
core/config/conf.h:
proto/proxy.h:
proto/base/addr.h:
proto/base/counter.h:
proto/base/values.h:
core/base/log.h:
core/base/scan.h:
core/base/text.h:
