b-small/core/config/parser.o: core/config/parser.c b-small/config.h \
 core/base/format.h core/config/parser.h core/config/statement.h \
 core/base/scan.h core/config/conf.h proto/base/config.h \
 proto/base/addr.h proto/base/values.h core/base/log.h core/base/text.h
b-small/config.h:
core/base/format.h:
core/config/parser.h:
core/config/statement.h:
core/base/scan.h:
core/config/conf.h:
proto/base/config.h:
proto/base/addr.h:
proto/base/values.h:
core/base/log.h:
core/base/text.h:
