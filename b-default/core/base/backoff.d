b-default/core/base/backoff.o: core/base/backoff.c b-default/config.h \
 core/base/backoff.h
b-default/config.h:
core/base/backoff.h:
