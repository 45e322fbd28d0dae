b-small/core/config/key.o: core/config/key.c b-small/config.h \
 core/config/key.h core/config/parser.h core/config/statement.h \
 core/base/scan.h core/config/conf.h proto/base/config.h \
 proto/base/addr.h proto/base/values.h core/base/log.h \
 core/config/table.h core/config/value.h
b-small/config.h:
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
core/config/value.h:
