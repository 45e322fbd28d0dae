b-default/core/config/table.o: core/config/table.c b-default/config.h \
 core/config/table.h core/config/parser.h core/config/statement.h \
 core/base/scan.h core/config/conf.h proto/base/config.h \
 proto/base/addr.h proto/base/values.h core/base/log.h
b-default/config.h:
core/config/table.h:
core/config/parser.h:
core/config/statement.h:
core/base/scan.h:
core/config/conf.h:
proto/base/config.h:
proto/base/addr.h:
proto/base/values.h:
core/base/log.h:
