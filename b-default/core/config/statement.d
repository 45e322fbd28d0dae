b-default/core/config/statement.o: core/config/statement.c \
 b-default/config.h core/base/format.h core/config/key.h \
 core/config/parser.h core/config/statement.h core/base/scan.h \
 core/config/conf.h proto/base/config.h proto/base/addr.h \
 proto/base/values.h core/base/log.h core/config/table.h
b-default/config.h:
core/base/format.h:
core/config/key.h:
core/config/parser.h:
core/config/statement.h:
core/base/scan.h:
core/config/conf.h:
proto/base/config.h:
proto/base/addr.h:
proto/base/values.h:
core/base/log.h:
core/config/table.h:
