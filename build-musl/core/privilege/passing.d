build-musl/core/privilege/passing.o: core/privilege/passing.c \
 build-musl/config.h core/privilege/passing.h
build-musl/config.h:
core/privilege/passing.h:
