b-default/core/config/conf.o: core/config/conf.c b-default/config.h \
 core/config/conf.h proto/base/config.h proto/base/addr.h \
 proto/base/values.h core/base/log.h core/base/text.h \
 core/config/choose.h core/config/draft.h core/config/parser.h \
 core/config/statement.h core/base/scan.h core/config/define.h \
 core/config/implied.h core/config/key.h
b-default/config.h:
core/config/conf.h:
proto/base/config.h:
proto/base/addr.h:
proto/base/values.h:
core/base/log.h:
core/base/text.h:
core/config/choose.h:
core/config/draft.h:
core/config/parser.h:
core/config/statement.h:
core/base/scan.h:
core/config/define.h:
core/config/implied.h:
core/config/key.h:
