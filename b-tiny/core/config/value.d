b-tiny/core/config/value.o: core/config/value.c b-tiny/config.h \
 core/base/text.h proto/base/addr.h proto/base/values.h \
 core/config/table.h core/config/parser.h core/config/statement.h \
 core/base/scan.h core/config/conf.h proto/base/config.h core/base/log.h \
 core/config/value.h core/config/key.h
b-tiny/config.h:
core/base/text.h:
proto/base/addr.h:
proto/base/values.h:
core/config/table.h:
core/config/parser.h:
core/config/statement.h:
core/base/scan.h:
core/config/conf.h:
proto/base/config.h:
core/base/log.h:
core/config/value.h:
core/config/key.h:
