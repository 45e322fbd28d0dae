build-musl/core/config/conf.o: core/config/conf.c build-musl/config.h \
 core/config/conf.h proto/proxy.h proto/base/addr.h proto/base/counter.h \
 proto/base/values.h core/base/log.h core/config/conf_define.h \
 core/config/parser.h core/base/scan.h core/config/conf_filter.h \
 core/config/conf_set.h core/base/format.h core/base/text.h
build-musl/config.h:
core/config/conf.h:
proto/proxy.h:
proto/base/addr.h:
proto/base/counter.h:
proto/base/values.h:
core/base/log.h:
core/config/conf_define.h:
core/config/parser.h:
core/base/scan.h:
core/config/conf_filter.h:
core/config/conf_set.h:
core/base/format.h:
core/base/text.h:
