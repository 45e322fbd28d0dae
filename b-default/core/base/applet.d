b-default/core/base/applet.o: core/base/applet.c b-default/config.h \
 core/base/applet.h b-default/applets.h core/base/format.h \
 core/base/output.h
b-default/config.h:
core/base/applet.h:
b-default/applets.h:
core/base/format.h:
core/base/output.h:
