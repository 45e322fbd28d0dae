b-tiny/core/base/backoff.o: core/base/backoff.c b-tiny/config.h \
 core/base/backoff.h
b-tiny/config.h:
core/base/backoff.h:
