b-default/core/base/account.o: core/base/account.c b-default/config.h \
 core/base/account.h core/base/text.h proto/base/addr.h \
 proto/base/values.h
b-default/config.h:
core/base/account.h:
core/base/text.h:
proto/base/addr.h:
proto/base/values.h:
