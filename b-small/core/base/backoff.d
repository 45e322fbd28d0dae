b-small/core/base/backoff.o: core/base/backoff.c b-small/config.h \
 core/base/backoff.h
b-small/config.h:
core/base/backoff.h:
