b-default/core/privilege/passing.o: core/privilege/passing.c \
 b-default/config.h core/privilege/passing.h
b-default/config.h:
core/privilege/passing.h:
