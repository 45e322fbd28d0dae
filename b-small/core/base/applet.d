b-small/core/base/applet.o: core/base/applet.c b-small/config.h \
 core/base/applet.h b-small/applets.h core/base/format.h \
 core/base/output.h
b-small/config.h:
core/base/applet.h:
b-small/applets.h:
core/base/format.h:
core/base/output.h:
