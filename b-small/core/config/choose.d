b-small/core/config/choose.o: core/config/choose.c b-small/config.h \
 core/config/choose.h core/config/draft.h core/config/parser.h \
 core/config/statement.h core/base/scan.h core/config/conf.h \
 proto/base/config.h proto/base/addr.h proto/base/values.h \
 core/base/log.h core/base/text.h core/config/key.h
b-small/config.h:
core/config/choose.h:
core/config/draft.h:
core/config/parser.h:
core/config/statement.h:
core/base/scan.h:
core/config/conf.h:
proto/base/config.h:
proto/base/addr.h:
proto/base/values.h:
core/base/log.h:
core/base/text.h:
core/config/key.h:
