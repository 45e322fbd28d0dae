b-tiny/core/config/script.o: core/config/script.c b-tiny/config.h \
 core/config/script.h core/config/statement.h core/base/scan.h \
 core/config/conf.h proto/base/config.h proto/base/addr.h \
 proto/base/values.h core/base/log.h core/base/format.h core/config/key.h \
 core/config/parser.h
b-tiny/config.h:
core/config/script.h:
core/config/statement.h:
core/base/scan.h:
core/config/conf.h:
proto/base/config.h:
proto/base/addr.h:
proto/base/values.h:
core/base/log.h:
core/base/format.h:
core/config/key.h:
core/config/parser.h:
