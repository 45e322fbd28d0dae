b-tiny/core/base/applet.o: core/base/applet.c b-tiny/config.h \
 core/base/applet.h b-tiny/applets.h core/base/format.h \
 core/base/output.h
b-tiny/config.h:
core/base/applet.h:
b-tiny/applets.h:
core/base/format.h:
core/base/output.h:
